/** What a reader notices beyond the runs themselves: the live region, the title, and where the page scrolls to. */

import { announcement } from "../derive/announce.js";
import { hasEnded } from "../state/run.js";

/** @import {Page, Run} from "../types.js" */

const NAME = "Agentic Search";

/**
 * @param {HTMLElement} live
 * @param {HTMLElement} runs
 */
export function mountReader(live, runs) {
  /** @type {Run|undefined} */
  let before;
  /** @type {string|undefined} */
  let last;
  let wasRunning = false;
  /** A run has ended while the page was hidden. */
  let done = false;

  /** @param {Page} state */
  function update(state) {
    const shown = state.runs.at(-1);
    const title = state.runs[0] ? `${state.runs[0].run.query.slice(0, 80)} · ${NAME}` : NAME;
    const running = state.runs.some(({ run }) => !hasEnded(run));
    done = document.hidden && (done || (wasRunning && !running));
    wasRunning = running;
    const marked = `${running ? "● " : done ? "✓ " : ""}${title}`;
    if (document.title !== marked) document.title = marked;
    if (!shown) before = undefined;
    else if (shown.run !== before) tell(shown.run);
    if (shown?.key !== last && state.runs.length > 1) runs.lastElementChild?.scrollIntoView({ block: "start" });
    else if (shown?.key !== last) scrollTo(0, 0);
    last = shown?.key;
  }

  /** @param {Run} run */
  function tell(run) {
    const news = announcement(before, run);
    if (news) live.textContent = news;
    before = run;
  }

  return { update };
}
