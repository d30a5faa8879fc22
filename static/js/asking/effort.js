/** The select for how much effort a question is worth. */

/** @import {Page} from "../types.js" */
/** @import {Controller} from "../controller.js" */

/**
 * @param {HTMLSelectElement} select
 * @param {Controller} actions
 */
export function mountEffort(select, actions) {
  select.addEventListener("change", () => actions.wish({ effort: select.value }));
  return {
    /** @param {Page} state */
    update({ wishes }) {
      if (select.value !== wishes.effort) select.value = wishes.effort;
      select.title = select.selectedOptions[0]?.title ?? "";
    },
  };
}
