/** One conversation in the drawer: opened, renamed in its place, deleted with a way back. The focus never gets lost. */

import { count } from "../derive/words.js";
import { part } from "../dom/elements.js";
import { addressOf } from "../net/place.js";

/** @import {Thread} from "../types.js" */
/** @import {Library} from "../library.js" */

/**
 * @param {HTMLElement} item
 * @param {Library} library
 */
export function mountConversation(item, library) {
  const entry = part(item, "entry");
  const link = /** @type {HTMLAnchorElement} */ (part(item, "open"));
  const rename = part(item, "rename");
  const forget = part(item, "forget");
  const form = part(item, "form");
  const name = /** @type {HTMLInputElement} */ (part(item, "name"));
  const gone = part(item, "gone");
  const undo = part(item, "undo");
  /** @type {Thread} */
  let thread;

  link.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    library.open(thread.id);
  });
  rename.addEventListener("click", () => {
    name.value = thread.title;
    edit(true);
    name.select();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const title = name.value.trim();
    if (title && title !== thread.title) library.rename(thread.id, title);
    edit(false);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault(); // Esc would close the drawer.
    edit(false);
  });
  part(item, "cancel").addEventListener("click", () => edit(false));
  forget.addEventListener("click", () => library.forget(thread.id));
  undo.addEventListener("click", () => library.restore(thread.id));

  /** @param {boolean} on */
  function edit(on) {
    form.hidden = !on;
    entry.hidden = on;
    (on ? name : rename).focus();
  }

  /** @param {boolean} deleted */
  function showDeleted(deleted) {
    if (gone.hidden !== deleted) return;
    const focused = item.contains(document.activeElement);
    gone.hidden = !deleted;
    entry.hidden = deleted;
    form.hidden = true;
    if (focused) (deleted ? undo : link).focus();
  }

  return {
    /**
     * @param {Thread} shown
     * @param {string|null} current
     * @param {Set<string>} deleted
     */
    update(shown, current, deleted) {
      thread = shown;
      link.href = addressOf(shown.id);
      if (shown.id === current) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
      part(item, "title").textContent = shown.title;
      const time = new Date(shown.changed_at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
      part(item, "about").textContent = `${time} · ${count(shown.run_count, "question")}`;
      rename.setAttribute("aria-label", `Rename: ${shown.title}`);
      forget.setAttribute("aria-label", `Delete: ${shown.title}`);
      part(item, "gone-title").textContent = shown.title;
      undo.setAttribute("aria-label", `Undo, deleted: ${shown.title}`);
      showDeleted(deleted.has(shown.id));
    },
  };
}
