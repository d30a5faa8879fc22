/** Copies a template by its name, and finds the named parts of an element. */

/**
 * @param {string} id of a `<template>` with one root element
 * @returns {HTMLElement}
 */
export function fromTemplate(id) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById(id));
  return /** @type {HTMLElement} */ (/** @type {Element} */ (template.content.firstElementChild).cloneNode(true));
}

/**
 * The element under `root` that is marked `data-part="name"`.
 * @template {HTMLElement} [E=HTMLElement]
 * @param {Element} root
 * @param {string} name
 * @returns {E}
 */
export function part(root, name) {
  const found = root.querySelector(`[data-part="${name}"]`);
  if (!found) throw new Error(`There is no part ${name}`);
  return /** @type {E} */ (found);
}

/**
 * Show an element only where there is something to say in it.
 * @param {HTMLElement} el
 * @param {string} text
 */
export function say(el, text) {
  if (el.textContent !== text) el.textContent = text;
  el.hidden = text === "";
}

/**
 * Point an icon at a symbol of the page's sprite.
 * @param {Element} svg
 * @param {string} name
 */
export function icon(svg, name) {
  const use = /** @type {Element} */ (svg.firstElementChild);
  if (use.getAttribute("href") !== `#i-${name}`) use.setAttribute("href", `#i-${name}`);
}
