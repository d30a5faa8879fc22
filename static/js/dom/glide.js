/** Lets what stands below a change glide to its new place: what is being read never jumps. */

const still = matchMedia("(prefers-reduced-motion: reduce)");

/** Where it stands in the window; nowhere while it is not shown. @param {HTMLElement} el */
const top = (el) => (el.offsetHeight ? el.getBoundingClientRect().top : NaN);

const TIME = 160;

/** What glides: how far from its place it began, in pixels, when, and how far from there it is drawn. @type {WeakMap<HTMLElement, {by: number, since: number, at: number}>} */
const gliding = new WeakMap();

/**
 * Drawn picture by picture: of two animations of the browser's own at once, the second begins a picture too late.
 * @param {HTMLElement[]} els
 * @param {() => void} change
 */
export function glide(els, change) {
  const before = els.map(top);
  change();
  els.forEach((el, index) => {
    const by = before[index] - top(el);
    if (!(Math.abs(by) >= 1) || still.matches) return;
    const known = gliding.get(el);
    gliding.set(el, { by: (known?.at ?? 0) + by, since: performance.now(), at: 0 });
    draw(el);
    if (!known) requestAnimationFrame(() => goOn(el));
  });
}

/** @param {HTMLElement} el */
function draw(el) {
  const each = gliding.get(el);
  if (!each) return;
  const left = 1 - Math.min((performance.now() - each.since) / TIME, 1);
  each.at = each.by * left * left;
  el.style.transform = left === 0 ? "" : `translateY(${each.at}px)`;
  if (left === 0) gliding.delete(el);
}

/** @param {HTMLElement} el */
function goOn(el) {
  draw(el);
  if (gliding.has(el)) requestAnimationFrame(() => goOn(el));
}
