/** A plan that was only made: each of its tasks can be left out or changed, and what is left is run. */

import { purposeInWords } from "../derive/purpose.js";
import { count } from "../derive/words.js";
import { freshness, fromTemplate, part, say } from "../dom/elements.js";
import { isOnlyPlanned } from "../state/run.js";

/** @import {PlannedTask, Shown, Task} from "../types.js" */
/** @import {Controller} from "../controller.js" */

/**
 * @param {HTMLElement} el
 * @param {Controller} actions
 */
export function mountPlanned(el, actions) {
  const list = part(el, "list");
  const run = /** @type {HTMLButtonElement} */ (part(el, "run"));
  const changed = freshness();
  let key = "";
  /** @type {{task: PlannedTask, on: HTMLInputElement, text: HTMLTextAreaElement}[]} */
  let rows = [];

  list.addEventListener("input", tell);
  run.addEventListener("click", () => {
    const tasks = chosen();
    if (tasks) actions.goOn(key, "start", { plan: { tasks } });
  });

  function tell() {
    const number = rows.filter(({ on }) => on.checked).length;
    run.textContent = number === rows.length ? `Run ${number === 1 ? "it" : `these ${number}`}` : `Run ${count(number, "task")} of ${rows.length}`;
    run.disabled = number === 0;
    say(part(el, "wrong"), "");
  }

  /** @returns {PlannedTask[]|null} null: what was written somewhere is no JSON, which is said */
  function chosen() {
    const tasks = [];
    for (const { task, on, text } of rows.filter((row) => row.on.checked)) {
      const given = argumentsIn(text.value);
      if (given === null) {
        say(part(el, "wrong"), `The arguments of ${task.id} are no JSON object: change them and run again.`);
        text.focus();
        return null;
      }
      tasks.push({ ...task, arguments: given });
    }
    return tasks;
  }

  return {
    /** @param {Shown} shown */
    update(shown) {
      const only = isOnlyPlanned(shown.run);
      key = shown.key;
      if (!changed(only, only && shown.run.tasks)) return;
      el.hidden = !only;
      rows = only ? shown.run.tasks.map(row) : [];
      list.replaceChildren(...rows.map(({ item }) => item));
      tell();
    },
  };
}

/** @param {Task} task */
function row(task) {
  const item = fromTemplate("planned-task");
  const on = /** @type {HTMLInputElement} */ (part(item, "on"));
  const text = /** @type {HTMLTextAreaElement} */ (part(item, "arguments"));
  part(item, "name").textContent = `${task.id}: ${task.tool}`;
  part(item, "purpose").textContent = purposeInWords(task);
  text.value = JSON.stringify(task.planned.arguments ?? {}, null, 2);
  text.setAttribute("aria-label", `Arguments of ${task.id}`);
  return { item, task: task.planned, on, text };
}

/**
 * @param {string} text
 * @returns {Object<string, unknown>|null} null where it is no JSON object
 */
export function argumentsIn(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
