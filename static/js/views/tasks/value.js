/** Any JSON value as people can read it: text as text, objects and lists folded, images shown, to the last byte. */

import { count, grouped } from "../../derive/words.js";
import { fromTemplate, part } from "../../dom/elements.js";

const SHORT = 80;
const PREVIEW = 60;
/** Characters of a text that are laid out at once. */
const PIECE = 20_000;
const AT_ONCE = 200;
const LARGEST_IMAGE = 4_000_000;
const IMAGES = /^image\/(png|jpeg|gif|webp|avif)$/;

/**
 * @param {HTMLElement} el
 * @param {unknown} value
 * @param {unknown[]} [beside] what stands beside it: images are shown, the rest is a list
 */
export function showValue(el, value, beside = []) {
  const parts = [isNested(value) ? shown(value) : leaf(value)];
  if (beside.length > 0) parts.push(shown(beside));
  el.replaceChildren(...parts);
}

/**
 * A task's result, with what of it is not text beside it.
 * @param {HTMLElement} el
 * @param {{result: unknown, content: unknown[]}} task
 */
export function showWhole(el, { result, content }) {
  showValue(el, result, holdsBlocks(result) ? [] : content);
}

/**
 * Whether a result is the list of all blocks already, with those beside text among them.
 * @param {any} result
 */
function holdsBlocks(result) {
  return Array.isArray(result) && result.some((block) => typeof block?.type === "string" && block.type !== "text");
}

/** @param {object} value */
function shown(value) {
  return picture(value) ?? entries(value);
}

/**
 * An image as a tool gave it, out of its own data: nothing is fetched. None where it is none, or too large.
 * @param {any} value
 */
function picture(value) {
  const { type, data, mimeType } = value;
  if (type !== "image" || typeof data !== "string" || data.length > LARGEST_IMAGE || !IMAGES.test(mimeType)) return null;
  const image = document.createElement("img");
  image.className = "value-image";
  image.alt = `Image of ${mimeType}`;
  image.src = `data:${mimeType};base64,${data}`;
  return image;
}

/**
 * @param {unknown} value
 * @returns {value is object}
 */
function isNested(value) {
  return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}

/**
 * The first ones at once, the others when they are asked for: nothing is cut, and nothing hangs.
 * @param {object} value
 */
function entries(value) {
  const list = document.createElement("ul");
  list.className = "value-entries";
  const all = Object.entries(value);
  list.append(...all.slice(0, AT_ONCE).map(entry));
  if (all.length > AT_ONCE) list.append(others(all.slice(AT_ONCE)));
  return list;
}

/** @param {[string, unknown]} entry */
function entry([name, inner]) {
  if (!isNested(inner)) return line(name, inner);
  if (isText(inner)) return line(name, inner.text);
  const image = picture(inner);
  return image ? pictured(image) : folded(name, inner);
}

/**
 * A block of text beside images and files, which is not worth unfolding.
 * @param {object} value
 * @returns {value is {text: string}}
 */
function isText(value) {
  return "type" in value && value.type === "text" && "text" in value && typeof value.text === "string" && Object.keys(value).length === 2;
}

/** @param {HTMLElement} image */
function pictured(image) {
  const item = document.createElement("li");
  item.append(image);
  return item;
}

/** @param {[string, unknown][]} rest */
function others(rest) {
  const item = fromTemplate("value-others");
  const button = part(item, "show");
  const all = grouped(rest.length);
  button.textContent = rest.length > AT_ONCE ? `Show ${AT_ONCE} more of the other ${all}` : `Show the other ${all}`;
  button.addEventListener("click", () => {
    const next = rest.slice(0, AT_ONCE).map(entry);
    const after = rest.length > AT_ONCE ? [others(rest.slice(AT_ONCE))] : [];
    item.replaceWith(...next, ...after);
    /** @type {HTMLElement|null} */ (next[0].querySelector("summary, [tabindex]") ?? after[0]?.querySelector("button"))?.focus();
  });
  return item;
}

/**
 * A nested value builds its inside when it is opened: a large result costs nothing until it is read.
 * @param {string} name
 * @param {object} value
 */
function folded(name, value) {
  const item = fromTemplate("value-folded");
  const details = /** @type {HTMLDetailsElement} */ (part(item, "details"));
  part(item, "name").textContent = `${name}:`;
  const size = Array.isArray(value) ? count(value.length, "item") : count(Object.keys(value).length, "field");
  part(item, "size").textContent = firstText(value) || size;
  part(item, "size").title = size;
  details.addEventListener("toggle", () => details.append(entries(value)), { once: true });
  return item;
}

/**
 * @param {string} name
 * @param {unknown} value
 */
function line(name, value) {
  const item = fromTemplate("value-line");
  part(item, "name").textContent = `${name}:`;
  part(item, "value").append(leaf(value));
  return item;
}

/** @param {unknown} value */
function leaf(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const long = text.length > SHORT || text.includes("\n");
  const el = document.createElement(long ? "div" : "span");
  el.className = long ? "value-text" : "value-leaf";
  if (long) el.tabIndex = 0;
  if (text.length > PIECE) el.append(...inPieces(text));
  else el.textContent = text === "" ? "(empty)" : text;
  return el;
}

/**
 * The first text in an object or list, which tells it from its neighbours better than its size.
 * @param {object} value
 */
function firstText(value) {
  const text = Object.values(value).find((each) => typeof each === "string" && each.trim() !== "") ?? "";
  return text.length > PREVIEW ? `${text.slice(0, PREVIEW)} …` : text;
}

/**
 * A large text as pieces that the browser lays out only where they are seen; a piece ends with a line where it can.
 * @param {string} text
 */
function* inPieces(text) {
  for (let from = 0, to; from < text.length; from = to) {
    const line = text.lastIndexOf("\n", from + PIECE);
    to = line > from ? line + 1 : from + PIECE;
    const piece = document.createElement("div");
    piece.className = "value-piece";
    piece.textContent = text.slice(from, line > from ? to - 1 : to);
    yield piece;
  }
}
