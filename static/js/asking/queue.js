/** Questions that were asked while a run was under way: shown above the box, asked one after another when it has ended. */

import { freshness, keyed, part } from "../dom/elements.js";

/** @import {Page} from "../types.js" */
/** @import {Controller} from "../controller.js" */

/**
 * @param {HTMLElement} list
 * @param {Controller} actions
 */
export function mountQueue(list, actions) {
  const changed = freshness();
  const show = keyed(list, {
    template: "next",
    key: (/** @type {{text: string, index: number}} */ { text, index }) => `${index} ${text}`,
    mount: (item) => {
      let text = "";
      part(item, "back").addEventListener("click", () => actions.dispatch({ type: "unqueue", text }));
      return {
        update(next) {
          text = next.text;
          part(item, "text").textContent = text;
          part(item, "back").setAttribute("aria-label", `Put it back into the box: ${text}`);
        },
      };
    },
  });
  return {
    /** @param {Page} state */
    update({ queue }) {
      if (!changed(queue)) return;
      list.hidden = queue.length === 0;
      show(queue.map((text, index) => ({ text, index })));
    },
  };
}
