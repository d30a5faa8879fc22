/** Elements: copied from templates by name, found by their parts, kept one an item, and drawn where something changed. */

import { isWeb } from "../derive/words.js";

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
 * Have a link lead to an address of the web, and to nothing where it is none.
 * @param {HTMLAnchorElement} link
 * @param {string} url
 */
export function leadTo(link, url) {
  if (isWeb(url)) link.href = url;
  else link.removeAttribute("href");
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

/**
 * Tells whether any of the values is another one than the last time, so that it is drawn anew.
 * @returns {(...values: unknown[]) => boolean}
 */
export function freshness() {
  /** @type {unknown[]|null} */
  let last = null;
  return (...values) => {
    const same = last !== null && values.length === last.length && values.every((value, index) => Object.is(value, last?.[index]));
    last = values;
    return !same;
  };
}

/**
 * @template T
 * @typedef {{update: (item: T, ...rest: any[]) => void}} View
 */

/**
 * Keep one child of `parent` an item: reused by key, made from the template where new, in the items' order.
 * @template T
 * @param {Element} parent
 * @param {{template: string, key: (item: T) => string, mount: (el: HTMLElement) => View<T>}} how
 * @returns {(items: T[], ...rest: any[]) => void}
 */
export function keyed(parent, { template, key, mount }) {
  /** @type {Map<string, {el: HTMLElement, view: View<T>}>} */
  const children = new Map();

  /** @param {T} item */
  function child(item) {
    const known = children.get(key(item));
    if (known) return known;
    const el = fromTemplate(template);
    const fresh = { el, view: mount(el) };
    children.set(key(item), fresh);
    return fresh;
  }

  return (items, ...rest) => {
    const wanted = new Set(items.map(key));
    for (const [id, { el }] of children) {
      if (!wanted.has(id)) el.remove();
      if (!wanted.has(id)) children.delete(id);
    }
    let next = parent.firstElementChild;
    for (const item of items) {
      const { el, view } = child(item);
      if (el === next) next = next.nextElementSibling;
      else parent.insertBefore(el, next);
      view.update(item, ...rest);
    }
  };
}
