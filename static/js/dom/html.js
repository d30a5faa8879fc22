/** The one place where text of the service becomes HTML: the service has sanitised it. */

/**
 * @param {Element} el
 * @param {string} html sanitised by the service
 */
export function showHtml(el, html) {
  el.innerHTML = html;
}
