/** One standing question in the drawer: when it is asked, and what was new the last time. */

import { part, say } from "../dom/elements.js";
import { addressOf, here } from "../net/place.js";
import * as requests from "./requests.js";

/** @import {News, Schedule, ScheduledRun} from "./requests.js" */

const MOST = 20;

/**
 * @param {HTMLElement} el
 * @param {(what: () => Promise<unknown>) => Promise<void>} act
 */
export function mountStandingQuestion(el, act) {
  const link = /** @type {HTMLAnchorElement} */ (part(el, "title"));
  const feed = /** @type {HTMLAnchorElement} */ (part(el, "feed"));
  const pause = part(el, "pause");
  const ask = /** @type {HTMLButtonElement} */ (part(el, "ask"));
  /** @type {Schedule|undefined} */
  let shown;

  ask.addEventListener("click", () => act(async () => shown && requests.ask(shown.id)));
  pause.addEventListener("click", () => act(async () => shown && requests.pause(shown.id, !shown.paused)));
  part(el, "remove").addEventListener("click", () => act(async () => shown && requests.remove(shown.id)));

  return {
    /** @param {Schedule} schedule */
    update(schedule) {
      shown = schedule;
      link.textContent = schedule.title;
      link.href = addressOf(schedule.thread_id);
      feed.href = here(schedule.feed);
      ask.disabled = schedule.asking !== null;
      pause.textContent = schedule.paused ? "Go on" : "Pause";
      say(part(el, "about"), about(schedule));
      say(part(el, "last"), told(schedule.last));
      part(el, "news").replaceChildren(...items(schedule.last?.news ?? null));
    },
  };
}

/** @param {Schedule} schedule */
function about({ cron, zone, paused, next_at: next, asking }) {
  const soon = next ? `next on ${new Date(next).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" })}` : "";
  return [`${cron} (${zone})`, paused ? "paused" : soon, asking ? "being asked …" : ""].filter(Boolean).join(" · ");
}

/** @param {ScheduledRun|null} last */
function told(last) {
  if (last === null) return "Not asked yet.";
  if (last.error !== null) return `No answer the last time: ${last.error}`;
  return last.answer?.split("\n")[0] ?? "";
}

/** @param {News|null} news */
function items(news) {
  if (news === null || !news.found) return [];
  const { sources, statements } = news;
  const lines = [
    ...sources.added.map(({ title }) => `New source: ${title}`),
    ...sources.changed.map(({ after }) => `Changed source: ${after.title}`),
    ...sources.gone.map(({ title }) => `No longer found: ${title}`),
    ...statements.added.map(({ text }) => `New: ${text}`),
    ...statements.changed.map(({ before, after }) => `Changed: ${after.text} (before: ${before.text})`),
    ...statements.gone.map(({ text }) => `No longer said: ${text}`),
  ];
  const more = lines.length > MOST ? [`… and ${lines.length - MOST} more`] : [];
  return [...lines.slice(0, MOST), ...more].map((line) => {
    const item = document.createElement("li");
    item.textContent = line;
    item.dir = "auto";
    return item;
  });
}
