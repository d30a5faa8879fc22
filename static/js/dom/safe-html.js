/** The one place where HTML comes into the page: what the service has sanitised, of answers and their previews. */

/**
 * @param {HTMLElement} el
 * @param {string} html sanitised by the service
 */
export function showSafeHtml(el, html) {
  el.innerHTML = html;
  for (const link of el.querySelectorAll("a[href^=http]")) link.setAttribute("target", "_blank");
}
