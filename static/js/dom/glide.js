/** Lets what stands below a change glide to its new place: what is being read never jumps. */

const still = matchMedia("(prefers-reduced-motion: reduce)");

/** Where it stands in the window; nowhere while it is not shown. @param {HTMLElement} el */
const top = (el) => (el.offsetHeight ? el.getBoundingClientRect().top : NaN);

/** What glides now. @type {WeakMap<HTMLElement, Animation>} */
const gliding = new WeakMap();

/**
 * @param {HTMLElement[]} els
 * @param {() => void} change
 */
export function glide(els, change) {
  const before = els.map(top);
  change();
  els.forEach((el, index) => {
    const seen = before[index] - top(el);
    if (Math.abs(seen) < 1 || still.matches) return;
    gliding.get(el)?.cancel();
    const by = before[index] - top(el);
    gliding.set(el, el.animate([{ transform: `translateY(${by}px)` }, { transform: "none" }], { duration: 160, easing: "ease-out" }));
  });
}
