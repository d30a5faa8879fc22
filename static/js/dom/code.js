/** Shows a sentence in which what stands between backticks is set as code. */

/**
 * Show a sentence where there is one; hide the element where there is none.
 * @param {HTMLElement} el
 * @param {string} text
 */
export function sayWithCode(el, text) {
  el.hidden = text === "";
  el.replaceChildren(...text.split("`").map((piece, index) => (index % 2 === 1 ? code(piece) : piece)));
}

/** @param {string} text */
function code(text) {
  const el = document.createElement("code");
  el.textContent = text;
  return el;
}
