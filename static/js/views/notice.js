/** One notice at the box: what happened, what is still fine, what to do. Good news leaves by itself. */

import { sayWithCode } from "../dom/code.js";
import { freshness } from "../dom/fresh.js";
import { part } from "../dom/template.js";

/** @import {Page} from "../types.js" */
/** @import {Controller} from "../controller.js" */

const GOOD_NEWS = 4000;

/**
 * @param {HTMLElement} el
 * @param {Controller} actions
 */
export function mountNotice(el, actions) {
  const changed = freshness();
  const clear = () => actions.dispatch({ type: "notice", notice: null });
  /** @type {number|undefined} */
  let leaving;

  part(el, "close").addEventListener("click", clear);

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
