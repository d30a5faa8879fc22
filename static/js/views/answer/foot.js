/** Under an answer: written again with another model, saved as a file or as a workflow. */

import { modelInOneLine } from "../../derive/words.js";
import { freshness, part } from "../../dom/elements.js";
import { hasEnded } from "../../state/run.js";

/** @import {Models, Shown} from "../../types.js" */
/** @import {Controller} from "../../controller.js" */

const FORMS = ["md", "html", "json"];

/**
 * @param {HTMLElement} el of the answer
 * @param {Controller} actions
 */
export function mountFoot(el, actions) {
  const rewrite = /** @type {HTMLSelectElement} */ (part(el, "rewrite"));
  const workflow = part(el, "workflow");
  const form = /** @type {HTMLFormElement} */ (part(el, "workflow-form"));
  const name = /** @type {HTMLInputElement} */ (part(el, "workflow-name"));
  const offered = freshness();
  let key = "";

  rewrite.addEventListener("change", () => {
    const model = rewrite.value;
    rewrite.selectedIndex = 0;
    if (model) actions.goOn(key, "synthesize", { model });
  });
  workflow.addEventListener("click", () => {
    form.hidden = !form.hidden;
    if (!form.hidden) name.focus();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!(await actions.saveWorkflow(key, name.value.trim()))) return;
    form.hidden = true;
    workflow.textContent = `workflow ${name.value.trim()} (saved)`;
    workflow.focus();
  });

  /** @param {Models|null} models */
  function offer(models) {
    const usable = (models?.models ?? []).filter((model) => model.usable).map((model) => new Option(modelInOneLine(model), model.name));
    rewrite.replaceChildren(new Option("Rewrite with …", ""), ...usable, new Option("No model: quote sources", "offline"));
  }

  /**
   * @param {Shown} shown
   * @param {Models|null} models
   */
  return function update({ key: shownKey, run }, models) {
    key = shownKey;
    const whole = run.id !== null && hasEnded(run) && Boolean(run.answer?.text);
    part(el, "save").hidden = !whole;
    rewrite.hidden = !whole || !run.tasks.some((task) => task.status === "completed");
    if (!whole) return;
    if (offered(models)) offer(models);
    for (const each of FORMS) part(el, `save-${each}`).setAttribute("href", `runs/${encodeURIComponent(run.id ?? "")}/export?format=${each}`);
  };
}
