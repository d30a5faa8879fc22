/** The drawer of earlier conversations: by day, found by typing, opened with a touch or Enter. */

import { byDay } from "../derive/days.js";
import { arrowsMoveThrough } from "../dom/arrows.js";
import { freshness, keyed, part, say } from "../dom/elements.js";
import { mountConversation } from "./conversation.js";

/** @import {History, Notice, Page, Thread} from "../types.js" */
/** @import {Day} from "../derive/days.js" */
/** @import {Library} from "../library.js" */

const TYPING = 150;

/**
 * @param {HTMLDialogElement} drawer
 * @param {Library} library
 * @param {HTMLElement} opener shows the drawer
 */
export function mountHistory(drawer, library, opener) {
  const search = /** @type {HTMLInputElement} */ (part(drawer, "search"));
  const days = part(drawer, "days");
  const more = part(drawer, "more");
  const changed = freshness();
  /** @type {number|undefined} */
  let typing;

  const leaving = { ...library, open };
  const show = keyed(days, { template: "day", key: (/** @type {Day} */ day) => day.name, mount: (el) => mountDay(el, leaving) });
  arrowsMoveThrough(drawer, "[data-part=search], .thread");

  opener.addEventListener("click", () => {
    clearTimeout(typing);
    search.value = "";
    if (!drawer.open) drawer.showModal(); // at once, not with the next frame: the keys that come next are meant for it
    library.find("");
  });
  search.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => library.find(search.value), TYPING);
  });
  more.addEventListener("click", async () => {
    const links = days.getElementsByClassName("thread");
    const before = links.length;
    await library.more();
    // Once they are drawn, the reader goes on at the first of them: the button may be gone.
    requestAnimationFrame(() => /** @type {HTMLElement|undefined} */ (links[before])?.focus());
  });
  part(drawer, "close").addEventListener("click", () => drawer.close());
  part(drawer, "new").addEventListener("click", () => open(null));
  drawer.addEventListener("click", (event) => {
    if (event.target === drawer) drawer.close(); // The backdrop belongs to the dialog; its content lies in a child.
  });

  /** @param {string|null} threadId */
  function open(threadId) {
    drawer.close();
    return library.open(threadId);
  }

  /** @param {Page} state */
  function update({ history, threadId }) {
    if (!changed(history, threadId)) return;
    show(byDay(history.threads, new Date()), threadId, new Set(history.deleted));
    more.hidden = history.next === null;
    say(part(drawer, "none"), none(history));
    say(part(drawer, "problem"), inWords(history.problem));
  }

  return { update };
}

/** @param {History} history */
function none({ status, threads, query }) {
  if (status === "loading") return "Looking …";
  if (status === "failed" || threads.length > 0) return "";
  if (query) return `No conversation has “${query}” in its title, a question or an answer. Fewer words find more.`;
  return "No conversations yet: what you ask stands here from then on.";
}

/** @param {Notice|null} problem */
const inWords = (problem) => [problem?.happened, problem?.todo].filter(Boolean).join(" ");

/**
 * @param {HTMLElement} el
 * @param {Library} library
 */
function mountDay(el, library) {
  const show = keyed(part(el, "threads"), {
    template: "thread",
    key: (/** @type {Thread} */ thread) => thread.id,
    mount: (item) => mountConversation(item, library),
  });
  return {
    /**
     * @param {Day} day
     * @param {string|null} current
     * @param {Set<string>} deleted
     */
    update(day, current, deleted) {
      part(el, "name").textContent = day.name;
      show(day.threads, current, deleted);
    },
  };
}
