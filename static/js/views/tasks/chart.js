/** One bar a task on a shared time axis, and thin lines from each task to those that waited for it. */

import { axis, tickLabel } from "../../derive/timeline.js";
import { oneTabStop, rove } from "../../dom/arrows.js";
import { freshness, keyed, part } from "../../dom/elements.js";
import { mountAsk } from "./ask.js";
import { mountBar } from "./bar.js";
import { drawLinks } from "./links.js";
import { mountUnfolding } from "./unfold.js";

/** @import {Run, Task} from "../../types.js" */
/** @import {Word} from "./ask.js" */
/** @typedef {{critical: Set<string>, opened: string|null}} Marks */

/**
 * @param {HTMLElement} el
 * @param {HTMLElement} panel of the opened task, which stands below its row
 * @param {(id: string) => void} open
 * @param {(id: string, word: Word) => void} decide
 */
export function mountChart(el, panel, open, decide) {
  const list = part(el, "tasks");
  const links = /** @type {SVGSVGElement} */ (/** @type {unknown} */ (part(el, "links")));
  const rows = freshness();
  const scale = freshness();
  const unfolding = mountUnfolding(el, list, panel);
  const show = keyed(list, {
    template: "bar",
    key: (/** @type {Task} */ task) => task.id,
    mount: (row) => mountBar(row, open),
  });
  const asks = part(el, "asks");
  /** @type {string|null} */
  let decided = null;
  const showAsks = keyed(asks, {
    template: "ask",
    // Another question of the same task is another element: a second Enter must not answer what was not read.
    key: (/** @type {Task} */ task) => `${task.id} ${task.asking?.question ?? ""}`,
    mount: (item) =>
      mountAsk(item, (id, word) => {
        decided = id;
        decide(id, word);
      }),
  });
  const showTicks = keyed(part(el, "ticks"), {
    template: "tick",
    key: (/** @type {{at: number}} */ { at }) => String(at),
    mount: (tick) => ({
      update({ at }, /** @type {number} */ length) {
        tick.style.left = `${(at / length) * 100}%`;
        tick.textContent = tickLabel(at, length);
        tick.toggleAttribute("data-last", at / length > 0.92);
      },
    }),
  });
  oneTabStop(list, ".bar");

  /**
   * @param {Run} run
   * @param {number} now
   * @param {Marks} marks
   */
  function update(run, now, marks) {
    el.hidden = run.tasks.length === 0;
    if (run.tasks.length === 0) return;
    const { from, to, ticks } = axis(run.tasks, now);
    show(run.tasks, { from, to, now, ...marks });
    if (scale(to - from)) showTicks(ticks.map((at) => ({ at })), to - from);
    showAsks(run.tasks.filter((task) => task.asking !== null));
    unfolding.update(run.tasks, marks.opened);
    drawLinks(links, run.tasks, { from, to, now, ...marks }, unfolding.gap(run.tasks));
    if (rows(run.tasks.length)) rove(list, ".bar");
    keepPlace();
  }

  /** Who decided by keys goes on from the task's row, where the question is gone. */
  function keepPlace() {
    if (decided === null || asks.contains(document.activeElement)) return;
    if (document.activeElement === document.body) focus(decided);
    decided = null;
  }

  /** @param {string|null} id */
  function focus(id) {
    const row = list.querySelector(`[data-task="${id}"]`);
    if (row instanceof HTMLElement) row.focus();
  }

  return { update, focus };
}
