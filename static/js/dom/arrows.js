/** Arrow keys move the focus through a list. */

/** @type {Object<string, (index: number, length: number) => number>} */
const STEPS = {
  ArrowDown: (index, length) => Math.min(index + 1, length - 1),
  ArrowUp: (index) => Math.max(index - 1, 0),
  Home: () => 0,
  End: (_, length) => length - 1,
};

/**
 * @param {HTMLElement} list
 * @param {string} selector of the items
 */
export function arrowsMoveThrough(list, selector) {
  list.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    const items = /** @type {HTMLElement[]} */ ([...list.querySelectorAll(selector)]);
    const index = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const typing = items[index] instanceof HTMLInputElement && !event.key.startsWith("Arrow");
    if (!step || index < 0 || typing || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    items[step(index, items.length)].focus();
  });
}

/**
 * One item of a list is in the tab order, the others are an arrow away.
 * @param {HTMLElement} list
 * @param {string} selector of the items
 */
export function oneTabStop(list, selector) {
  arrowsMoveThrough(list, selector);
  list.addEventListener("focusin", (event) => {
    const current = /** @type {Element} */ (event.target).closest(selector);
    if (current) rove(list, selector, current);
  });
}

/**
 * Leave exactly one item in the tab order: the current one, else the first.
 * @param {HTMLElement} list
 * @param {string} selector
 * @param {Element|null} [current]
 */
export function rove(list, selector, current = null) {
  const items = /** @type {HTMLElement[]} */ ([...list.querySelectorAll(selector)]);
  const stop = current ?? items.find((item) => item.tabIndex === 0) ?? items[0];
  for (const item of items) item.tabIndex = item === stop ? 0 : -1;
}
