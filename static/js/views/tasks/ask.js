/** A question to the user that a task waits for: whether a call may be made, or what its server wants to know. */

import { host, isWeb } from "../../derive/words.js";
import { freshness, leadTo, part, say } from "../../dom/elements.js";
import { answerOf, fieldsOf } from "./fields.js";
import { showValue } from "./value.js";

/** @import {Task} from "../../types.js" */
/** @typedef {{allowed: boolean, always?: boolean, answer?: Object<string, unknown>}} Word what the user says */

const WHY = {
  writes: "may change something",
  destructive: "may delete or overwrite something",
  unknown: "does not say whether it changes anything",
};

/**
 * @param {HTMLElement} el
 * @param {(id: string, word: Word) => void} decide
 */
export function mountAsk(el, decide) {
  const form = /** @type {HTMLFormElement} */ (part(el, "form"));
  const fresh = freshness();
  let id = "";
  /** @type {Task["asking"]} */
  let asking = null;

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    decide(id, { allowed: true, ...(asking?.schema && { answer: answerOf(part(el, "fields")) }) });
  });
  part(el, "always").addEventListener("click", () => decide(id, { allowed: true, always: true }));
  part(el, "deny").addEventListener("click", () => decide(id, { allowed: false }));

  /** @param {Task} task */
  function update(task) {
    if (!task.asking || !fresh(task.id, task.asking)) return;
    id = task.id;
    asking = task.asking;
    const tool = task.server ? `${task.tool} of ${task.server}` : task.tool;
    const asked = asking.question !== null;
    const times = asking.calls > 1 ? `, ${asking.calls} times` : "";
    const why = WHY[/** @type {keyof typeof WHY} */ (asking.why)] ?? asking.why;
    part(el, "what").textContent = asked ? `${tool} asks: ${asking.question}` : `${tool} ${why}. Let it run${times}?`;
    const given = part(el, "arguments");
    given.hidden = asked || Object.keys(asking.arguments).length === 0;
    showValue(given, asking.arguments);
    part(el, "fields").replaceChildren(...fieldsOf(asking.schema));
    link(asking.url);
    part(el, "allow").textContent = asked ? (asking.schema ? "Answer" : "Done") : "Allow";
    part(el, "always").hidden = asked;
    part(el, "deny").textContent = asked ? "Decline" : "Do not run it";
  }

  /** @param {string|null} url of a page that the server wants to be gone to: shown whole, opened only by the user */
  function link(url) {
    const place = /** @type {HTMLAnchorElement} */ (part(el, "url"));
    place.hidden = url === null;
    place.textContent = url;
    place.title = url === null ? "" : `Opens ${host(url)}`;
    leadTo(place, url ?? "");
    say(part(el, "warning"), url === null || isWeb(url) ? "" : "This is no web address; it cannot be opened here.");
  }

  return { update };
}
