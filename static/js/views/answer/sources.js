/** The sources of an answer as cards, beside it or below it; each can be reached from its marks and by arrows. */

import { readable } from "../../derive/excerpts.js";
import { host } from "../../derive/words.js";
import { oneTabStop, rove } from "../../dom/arrows.js";
import { freshness, keyed, leadTo, part, say } from "../../dom/elements.js";
import { hasEnded } from "../../state/run.js";
import { openDocument, opens } from "./document.js";

/** @import {Shown, Source} from "../../types.js" */
/** @import {Controller} from "../../controller.js" */

const LONG = 260;

/**
 * @param {string} key of the run
 * @param {number} number
 */
export const sourceId = (key, number) => `source-${key}-${number}`;

/**
 * Bring a card into view, mark it, and move the focus there; from it a button leads back.
 * @param {string} id
 * @param {HTMLElement} mark that led there
 */
export function showSource(id, mark) {
  const card = document.getElementById(id);
  if (!card) return;
  for (const lit of document.querySelectorAll("[data-lit]")) lit.removeAttribute("data-lit");
  for (const back of document.querySelectorAll(".source [data-part=back]")) back.setAttribute("hidden", "");
  card.setAttribute("data-lit", "");
  const back = part(card, "back");
  back.hidden = false;
  back.onclick = () => mark.focus();
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
}

/**
 * @param {HTMLElement} el
 * @param {Controller} actions
 */
export function mountSources(el, actions) {
  const list = part(el, "list");
  const changed = freshness();
  let key = "";
  /** @type {Map<string, string>} */
  let tools = new Map();
  const show = keyed(list, {
    template: "source",
    key: (/** @type {Source} */ source) => String(source.id),
    mount: (card) => mountCard(card, () => key, (id) => tools.get(id), actions),
  });
  oneTabStop(list, ".source");

  /** @param {Shown} shown */
  function update(shown) {
    const sources = hasEnded(shown.run) ? shown.run.answer?.sources : null; // before, what still comes above would move them
    key = shown.key;
    if (!changed(sources)) return;
    tools = new Map(shown.run.tasks.map((task) => [task.id, task.tool]));
    el.hidden = !sources?.length;
    show(sources ?? []);
    rove(list, ".source");
  }

  return { update };
}

/**
 * @param {HTMLElement} card
 * @param {() => string} runKey
 * @param {(task: string) => string|undefined} toolOf
 * @param {Controller} actions
 */
function mountCard(card, runKey, toolOf, actions) {
  const title = /** @type {HTMLAnchorElement} */ (part(card, "title"));
  const snippet = part(card, "snippet");
  const more = part(card, "more");
  const finder = /** @type {HTMLButtonElement} */ (part(card, "task"));
  const open = part(card, "open");
  let task = "";
  /** @type {Source|null} */
  let shown = null;

  open.addEventListener("click", () => shown && openDocument(shown));
  finder.addEventListener("click", () => actions.dispatch({ type: "task", key: runKey(), id: task }));
  more.addEventListener("click", () => unfold(!snippet.hasAttribute("data-whole")));

  /** @param {boolean} whole */
  function unfold(whole) {
    snippet.toggleAttribute("data-whole", whole);
    more.textContent = whole ? "Show less" : "Show all";
  }

  return {
    /** @param {Source} source */
    update(source) {
      if (shown?.snippet !== source.snippet) unfold(false);
      shown = source;
      open.hidden = !opens(source.url);
      task = source.task_id;
      card.id = sourceId(runKey(), source.id);
      part(card, "number").textContent = String(source.id);
      title.textContent = source.title || source.url;
      leadTo(title, source.url);
      say(part(card, "host"), host(source.url));
      snippet.textContent = readable(source.snippet);
      more.hidden = source.snippet.length <= LONG;
      finder.textContent = toolOf(source.task_id) ?? (source.task_id || "an earlier search");
      finder.disabled = !source.task_id; // no task of this run
    },
  };
}
