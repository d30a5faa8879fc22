/** The drawer of earlier conversations: by day, found by typing, opened with a touch or Enter. */

import { byDay } from "../derive/days.js";
import { count } from "../derive/words.js";
import { arrowsMoveThrough } from "../dom/arrows.js";
import { freshness } from "../dom/fresh.js";
import { keyed } from "../dom/keyed.js";
import { part, say } from "../dom/template.js";

/** @import {Page} from "../types.js" */
/** @import {Day, Thread} from "../derive/days.js" */
/** @import {Library} from "../library.js" */

const TYPING = 150;

/**
 * @param {HTMLDialogElement} drawer
 * @param {Library} library
 */
export function mountHistory(drawer, library) {
  const search = /** @type {HTMLInputElement} */ (part(drawer, "search"));
  const days = part(drawer, "days");
  const changed = freshness();
  /** @type {number|undefined} */
  let typing;

  const show = keyed(days, { template: "day", key: (/** @type {Day} */ day) => day.name, mount: (el) => mountDay(el, library) });
  arrowsMoveThrough(drawer, "[data-part=search], .thread");

  search.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => library.find(search.value), TYPING);
  });
  part(drawer, "more").addEventListener("click", () => library.more());
  part(drawer, "close").addEventListener("click", () => drawer.close());
  part(drawer, "new").addEventListener("click", () => library.open(null));
  drawer.addEventListener("close", () => library.hide());
  drawer.addEventListener("click", (event) => {
    if (event.target === drawer) drawer.close(); // The backdrop belongs to the dialog; its content lies in a child.
  });

  /** @param {Page} state */
  function update({ history, threadId }) {
    if (!changed(history, threadId)) return;
    if (history.open && !drawer.open) drawer.showModal();
    if (!history.open && drawer.open) drawer.close();
    if (!history.open) search.value = "";
    show(byDay(history.runs, new Date()), threadId);
    part(drawer, "more").hidden = history.next === null;
    say(part(drawer, "none"), none(history));
  }

  return { update };
}

/** @param {import("../types.js").History} history */
function none({ status, runs, query, problem }) {
  if (status === "loading") return "Looking …";
  if (status === "failed") return [problem?.happened, problem?.fine, problem?.todo].filter(Boolean).join(" ");
  if (runs.length > 0) return "";
  return query ? `No question has “${query}” in it.` : "No conversations yet.";
}

/**
 * @param {HTMLElement} el
 * @param {Library} library
 */
function mountDay(el, library) {
  const show = keyed(part(el, "threads"), {
    template: "thread",
    key: (/** @type {Thread} */ thread) => thread.id,
    mount: (item) => mountThread(item, library),
  });
  return {
    /**
     * @param {Day} day
     * @param {string|null} current
     */
    update(day, current) {
      part(el, "name").textContent = day.name;
      show(day.threads, current);
    },
  };
}

/**
 * @param {HTMLElement} item
 * @param {Library} library
 */
function mountThread(item, library) {
  const link = /** @type {HTMLAnchorElement} */ (part(item, "open"));
  const forget = part(item, "forget");
  let id = "";

  link.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    library.open(id);
  });
  forget.addEventListener("click", () => library.forget(id));

  return {
    /**
     * @param {Thread} thread
     * @param {string|null} current
     */
    update(thread, current) {
      id = thread.id;
      link.href = `/?thread=${encodeURIComponent(id)}`;
      link.toggleAttribute("aria-current", id === current);
      part(item, "title").textContent = thread.title;
      const time = thread.at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
      const status = ["completed", "partial"].includes(thread.status) ? "" : thread.status;
      part(item, "about").textContent = [time, count(thread.runs, "question"), status].filter(Boolean).join(" · ");
      forget.setAttribute("aria-label", `Forget: ${thread.title}`);
    },
  };
}
