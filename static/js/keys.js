/** Keys of the whole page: `/` goes to the box, Esc closes what is open, else stops the run. */

/**
 * @param {{composer: {focus: () => void}, passage: {close: () => boolean}, controller: {stop: () => unknown}}} page
 */
export function mountKeys({ composer, passage, controller }) {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "/" && !isTyping(event.target)) {
      event.preventDefault();
      composer.focus();
    }
    if (event.key === "Escape" && !passage.close()) controller.stop();
  });
}

/** @param {EventTarget|null} target */
function isTyping(target) {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}
