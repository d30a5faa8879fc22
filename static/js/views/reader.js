/** What a reader notices beyond the runs themselves: the live region, the title, and where the page scrolls to. */

import { announcement } from "../derive/announce.js";

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

  /** @param {Page} state */
  function update(state) {
    const shown = state.runs.at(-1);
    const title = state.runs[0] ? `${state.runs[0].run.query.slice(0, 80)} · ${NAME}` : NAME;
    if (document.title !== title) document.title = title;
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
