/** Shows a list of items: each element stays with its item, and so do focus and scroll. */

import { fromTemplate } from "./template.js";

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
