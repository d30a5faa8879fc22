/** Lets what stands below a change glide to its new place: what is being read never jumps. */

const still = matchMedia("(prefers-reduced-motion: reduce)");

/** Where it stands in the window; nowhere while it is not shown. @param {HTMLElement} el */
const top = (el) => (el.offsetHeight ? el.getBoundingClientRect().top : NaN);

/**
 * What glides already goes on: another glide is added to it.
 * @param {HTMLElement[]} els
 * @param {() => void} change
 */
export function glide(els, change) {
  const before = els.map(top);
  change();
  els.forEach((el, index) => {
    const by = before[index] - top(el);
    if (!(Math.abs(by) >= 1) || still.matches) return;
    el.animate([{ transform: `translateY(${by}px)` }, { transform: "none" }], { duration: 160, easing: "ease-out", composite: "add" });
  });
}
