/** The thinking steps: open while the work goes on, closed when the answer begins, unless the reader chose. */

import { count, duration } from "../../derive/words.js";
import { freshness } from "../../dom/fresh.js";
import { keyed } from "../../dom/keyed.js";
import { part } from "../../dom/template.js";
import { hasEnded } from "../../state/run.js";

/** @import {Shown, Step} from "../../types.js" */
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
    key: (/** @type {{index: number, step: Step}} */ item) => String(item.index),
    mount: (item) => ({
      update({ step }) {
        part(item, "at").textContent = duration(step.at);
        part(item, "text").textContent = step.text;
      },
    }),
  });

  /** @param {Shown} shown */
  function update(shown) {
    const { run } = shown;
    key = shown.key;
    const open = shown.steps ?? (run.answerFrom === null && !hasEnded(run));
    if (!changed(run.steps, open)) return;
    el.hidden = run.steps.length === 0;
    toggle.setAttribute("aria-expanded", String(open));
    body.toggleAttribute("inert", !open);
    title.textContent = count(run.steps.length, "thinking step");
    show(run.steps.map((step, index) => ({ index, step })));
    if (follows) list.scrollTop = list.scrollHeight;
  }

  return { update };
}
