/** Notices at the box: that the service is away, as long as it is; and what happened last, until it is closed. */

import { sayWithCode } from "../dom/code.js";
import { AWAY } from "../derive/problem.js";
import { freshness, part } from "../dom/elements.js";

/** @import {Page} from "../types.js" */
/** @import {Controller} from "../controller.js" */

const GOOD_NEWS = 4000;

/** @param {HTMLElement} el says that the service is away */
export function mountAway(el) {
  const changed = freshness();
  return {
    /** @param {Page} state */
    update({ away }) {
      if (!changed(away === null)) return;
      el.hidden = away === null;
      part(el, "happened").textContent = away === null ? "" : AWAY.happened;
      part(el, "rest").textContent = away === null ? "" : `${AWAY.fine} ${AWAY.todo}`;
    },
  };
}

/**
 * @param {HTMLElement} el
 * @param {Controller} actions
 * @param {() => void} leave where the focus goes when it is closed
 */
export function mountNotice(el, actions, leave) {
  const changed = freshness();
  const clear = () => actions.dispatch({ type: "notice", notice: null });
  /** @type {number|undefined} */
  let leaving;

  part(el, "close").addEventListener("click", () => {
    clear();
    leave();
  });

  /** @param {Page} state */
  function update({ notice }) {
    if (!changed(notice)) return;
    clearTimeout(leaving);
    el.hidden = notice === null;
    if (notice === null) return;
    el.dataset.kind = notice.kind;
    sayWithCode(part(el, "happened"), notice.happened);
    sayWithCode(part(el, "rest"), [notice.fine, notice.todo].filter(Boolean).join(" "));
    if (notice.kind === "back") leaving = setTimeout(clear, GOOD_NEWS);
  }

  return { update };
}
