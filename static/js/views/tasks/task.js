/** A task opened: what it was for, what it was given, each try, and its whole result. */

import { purposeInWords } from "../../derive/purpose.js";
import { duration } from "../../derive/words.js";
import { freshness, keyed, part, say } from "../../dom/elements.js";
import { hasEnded, isOnlyPlanned } from "../../state/run.js";
import { argumentsIn } from "../planned.js";
import { showValue, showWhole } from "./value.js";

/** @import {Attempt, Shown, Task} from "../../types.js" */
/** @import {Controller} from "../../controller.js" */

/**
 * @param {HTMLElement} el
 * @param {Controller} actions
 * @param {() => void} close
 */
export function mountTask(el, actions, close) {
  const changed = freshness();
  const ofArguments = freshness();
  const ofResult = freshness();
  /** @type {string|null} */
  let asked = null;

  const retry = part(el, "retry");
  const vary = part(el, "vary");
  const form = /** @type {HTMLFormElement} */ (part(el, "vary-form"));
  const given = /** @type {HTMLTextAreaElement} */ (part(el, "given"));
  let key = "";
  let id = "";

  part(el, "close").addEventListener("click", close);
  el.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  });
  vary.addEventListener("click", () => {
    form.hidden = !form.hidden;
    if (!form.hidden) given.focus();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const value = argumentsIn(given.value);
    say(part(el, "wrong"), value ? "" : "This is no JSON object: change it and run it again.");
    if (value) actions.retry(key, id, value);
  });
  const showAttempts = keyed(part(el, "attempts"), {
    template: "attempt",
    key: (/** @type {{index: number, attempt: Attempt}} */ { index }) => String(index),
    mount: (item) => ({
      update({ index, attempt }) {
        const time = attempt.to === null ? "under way" : duration(attempt.to - attempt.from);
        item.textContent = `Attempt ${index + 1}: ${time}${attempt.error ? `. ${attempt.error}` : ""}`;
      },
    }),
  });

  /** @param {Shown} shown */
  function update(shown) {
    const task = shown.run.tasks.find((each) => each.id === shown.task);
    el.hidden = !task;
    retry.hidden = task?.status !== "failed" || !hasEnded(shown.run);
    retry.onclick = () => actions.retry(shown.key, shown.task);
    vary.hidden = !hasEnded(shown.run) || isOnlyPlanned(shown.run);
    key = shown.key;
    if (id !== shown.task) form.hidden = true;
    id = shown.task ?? "";
    if (!task || !changed(task)) return;
    describe(task);
    if (ofArguments(task.arguments)) {
      showValue(part(el, "arguments"), task.arguments);
      given.value = JSON.stringify(task.arguments, null, 2);
    }
    showAttempts(task.attempts.map((attempt, index) => ({ index, attempt })));
    showResult(task);
    fetchLarge(shown.key, task);
  }

  /** @param {Task} task */
  function describe(task) {
    part(el, "purpose").textContent = purposeInWords(task) || task.tool;
    const tool = task.server ? `${task.tool} on ${task.server}` : task.tool;
    const waits = task.dependsOn.length > 0 ? `after ${task.dependsOn.join(", ")}` : "";
    part(el, "where").textContent = [task.id, tool, waits].filter(Boolean).join(" · ");
    say(part(el, "error"), task.error ?? "");
  }

  /** @param {Task} task */
  function showResult(task) {
    const note = task.resultUrl ? "Fetching the whole result …" : NOTES[task.status];
    say(part(el, "note"), note);
    const result = part(el, "result");
    result.hidden = note !== "";
    if (note === "" && ofResult(task.id, task.result, task.content)) showWhole(result, task);
  }

  /**
   * @param {string} key
   * @param {Task} task
   */
  function fetchLarge(key, task) {
    if (!task.resultUrl || asked === task.resultUrl) return;
    asked = task.resultUrl;
    actions.fetchResult(key, task.id, task.resultUrl);
  }

  return { update };
}

/** Why there is no result to show, by status. @type {Object<string, string>} */
const NOTES = {
  queued: "Not started yet.", waiting: "Waits for your answer.", running: "Still running.", retrying: "Waiting for the next attempt.", completed: "",
  failed: "No result.", skipped: "Never ran.", cancelled: "Stopped before it had a result.",
};
