/** One run down the page: its question, the strip, the thinking steps, the answer and its sources. */

import { sayWithCode } from "../dom/code.js";
import { freshness, part, say } from "../dom/elements.js";
import { glide } from "../dom/glide.js";
import { hasEnded } from "../state/run.js";
import { isUndone } from "../state/tasks.js";
import { mountPlanned } from "./planned.js";
import { mountAnswer } from "./answer/answer.js";
import { mountPreview } from "./answer/preview.js";
import { mountSources } from "./answer/sources.js";
import { mountSteps } from "./tasks/steps.js";
import { mountStrip } from "./tasks/strip.js";

/** @import {Models, Run, Shown} from "../types.js" */
/** @import {Controller} from "../controller.js" */

/**
 * @param {HTMLElement} el
 * @param {Controller} actions
 */
export function mountRun(el, actions) {
  const question = part(el, "question");
  const preview = part(el, "preview");
  const views = {
    strip: mountStrip(part(el, "strip"), actions),
    steps: mountSteps(part(el, "steps"), actions),
    preview: mountPreview(part(el, "preview")),
    answer: mountAnswer(part(el, "answer"), actions),
    sources: mountSources(part(el, "sources"), actions),
    planned: mountPlanned(part(el, "planned"), actions),
  };
  const below = [part(el, "steps"), part(el, "reading")];
  const end = part(el, "end");
  const again = part(el, "again");
  const changed = freshness();
  let isNew = true;
  let query = "";

  const retry = part(end, "retry");
  for (const button of [again, part(el, "edit")]) button.addEventListener("click", () => actions.dispatch({ type: "draft", text: query }));

  /**
   * @param {Shown} shown
   * @param {number} clock the page's clock in milliseconds
   * @param {Models|null} models
   */
  function update(shown, clock, models) {
    const { run } = shown;
    const now = run.endedAt ?? Math.max((clock - (shown.origin ?? clock)) / 1000, run.steps.at(-1)?.at ?? 0);
    if (!changed(shown, models)) return views.strip.update(shown, now);
    if (isNew) show(shown, now, models); // nothing of it has a place yet, and to ask for places takes time
    else glide(below, () => show(shown, now, models));
    isNew = false;
  }

  /**
   * @param {Shown} shown
   * @param {number} now seconds since the run began
   * @param {Models|null} models
   */
  function show(shown, now, models) {
    const { run } = shown;
    views.strip.update(shown, now);
    query = run.query;
    if (question.textContent !== query) question.textContent = query;
    say(part(el, "understood"), run.understood ? `Understood as: ${run.understood}` : "");
    question.toggleAttribute("data-long", query.length > 140);
    el.dataset.status = run.status;
    el.setAttribute("aria-busy", String(!hasEnded(run)));
    views.steps.update(shown);
    const height = preview.hidden ? 0 : preview.offsetHeight;
    views.preview.update(shown);
    views.answer.update(shown, height, models);
    views.sources.update(shown);
    views.planned.update(shown);
    sayWithCode(part(end, "happened"), ending(run));
    end.hidden = ending(run) === "";
    retry.hidden = run.answer !== null || !run.tasks.some(isUndone);
    retry.onclick = () => actions.retry(shown.key);
  }

  return { update };
}

/**
 * Why there is no whole answer, what is still fine, and what can be done.
 * @param {Run} run
 */
function ending(run) {
  const done = run.tasks.filter((task) => task.status === "completed").length;
  const kept = done > 0 ? " What the finished tasks returned stands above." : "";
  if (run.status === "failed") return `No answer. ${run.error ?? ""}${kept}`.trim();
  if (run.status === "cancelled") return `Stopped before the ${run.answer ? "end of the answer" : "answer"}.${kept}`;
  return "";
}
