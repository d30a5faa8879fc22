/** Puts the panel of an opened task below its row, without moving the row from under the pointer. */

import { freshness } from "../../dom/elements.js";

/** @import {Task} from "../../types.js" */

/**
 * @param {HTMLElement} chart scrolls inside itself while no task is open
 * @param {HTMLElement} list of the rows
 * @param {HTMLElement} panel
 */
export function mountUnfolding(chart, list, panel) {
  const changed = freshness();
  /** The row that was opened last. @type {HTMLElement|null} */
  let row = null;

  /** @param {string|null} id */
  const rowOf = (id) => /** @type {HTMLElement|null} */ (list.querySelector(`[data-task="${CSS.escape(id ?? "")}"]`)?.parentElement ?? null);

  return {
    /**
     * @param {Task[]} tasks
     * @param {string|null} id
     */
    update(tasks, id) {
      const opened = rowOf(id);
      if (!changed(id, opened)) return;
      const anchor = opened ?? row;
      const before = anchor?.getBoundingClientRect().top ?? 0;
      row = opened;
      if (opened) opened.append(panel);
      else chart.append(panel); // where it hides
      chart.toggleAttribute("data-opened", opened !== null);
      if (!opened && anchor) chart.scrollTop = anchor.offsetTop - chart.clientHeight / 2;
      if (anchor?.isConnected) scrollBy(0, anchor.getBoundingClientRect().top - before);
    },

    /** Where the panel is: below which row, and how many rows high. @param {Task[]} tasks */
    gap(tasks) {
      const bar = row?.firstElementChild;
      if (!row || !(bar instanceof HTMLElement)) return { after: tasks.length, height: 0 };
      const after = tasks.findIndex(({ id }) => id === bar.dataset.task);
      return { after, height: row.offsetHeight / bar.offsetHeight - 1 };
    },
  };
}
