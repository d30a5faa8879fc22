/** The thinking steps: open while the work goes on, closed when the answer begins, unless the reader chose. */

import { count, duration } from "../../derive/words.js";
import { freshness, keyed, part, say } from "../../dom/elements.js";
import { hasEnded } from "../../state/run.js";
import { showWhole } from "./value.js";

/** @import {Shown, Step, Task} from "../../types.js" */
/** @import {Controller} from "../../controller.js" */

const NEAR = 24;

/**
 * @param {HTMLElement} el
 * @param {Controller} actions
 */
export function mountSteps(el, actions) {
  const toggle = part(el, "toggle");
  const title = part(el, "title");
  const list = part(el, "list");
  const body = part(el, "body");
  const changed = freshness();
  const grown = freshness();
  let key = "";
  let follows = true;

  toggle.addEventListener("click", () =>
    actions.dispatch({ type: "steps", key, open: toggle.getAttribute("aria-expanded") !== "true" }),
  );
  list.addEventListener("scroll", () => {
    follows = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR;
  });
  const show = keyed(list, {
    template: "step",
    key: (/** @type {{index: number, step: Step, task: Task|undefined}} */ item) => String(item.index),
    mount: (item) => {
      const unfold = mountResult(item, (task) => task.resultUrl && actions.fetchResult(key, task.id, task.resultUrl));
      return {
        update({ step, task }) {
          part(item, "at").textContent = duration(step.at);
          part(item, "text").hidden = step.resultOf !== null;
          part(item, step.resultOf === null ? "text" : "name").textContent = step.text;
          unfold(task);
        },
      };
    },
  });

  /** @param {Shown} shown */
  function update(shown) {
    const { run } = shown;
    key = shown.key;
    const open = shown.steps ?? (run.answerFrom === null && !hasEnded(run));
    if (!changed(run.steps, run.tasks, open)) return;
    el.hidden = run.steps.length === 0;
    toggle.setAttribute("aria-expanded", String(open));
    body.toggleAttribute("inert", !open);
    title.textContent = count(run.steps.length, "thinking step");
    if (!open) return; // what is folded is drawn when it unfolds
    const tasks = new Map(run.tasks.map((task) => [task.id, task]));
    show(run.steps.map((step, index) => ({ index, step, task: tasks.get(step.resultOf ?? "") })));
    if (grown(run.steps) && follows) list.scrollTop = list.scrollHeight; // a result that was fetched moves nothing
  }

  return { update };
}

/**
 * A task's whole result, built when it is unfolded, and fetched then where it is too large for an event.
 * @param {HTMLElement} item
 * @param {(task: Task) => void} fetch
 * @returns {(task: Task|undefined) => void}
 */
function mountResult(item, fetch) {
  const details = /** @type {HTMLDetailsElement} */ (part(item, "details"));
  const changed = freshness();
  /** @type {Task|undefined} */
  let shown;

  function build() {
    if (!shown || !details.open) return;
    say(part(item, "note"), shown.resultUrl ? "Fetching the whole result …" : "");
    if (!shown.resultUrl && changed(shown.result, shown.content)) showWhole(part(item, "result"), shown);
  }
  details.addEventListener("toggle", () => {
    if (shown && details.open) fetch(shown);
    build();
  });
  return (task) => {
    shown = task;
    details.hidden = !task;
    build();
  };
}
