/** Arrow keys move the focus through a list. */

/** @type {Object<string, (place: number, length: number) => number>} */
const STEPS = {
  ArrowDown: (place, length) => Math.min(place + 1, length - 1),
  ArrowUp: (place) => Math.max(place - 1, 0),
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
    const place = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const typing = items[place] instanceof HTMLInputElement && !event.key.startsWith("Arrow");
    if (!step || place < 0 || typing || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    items[step(place, items.length)].focus();
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
