/** A word from the browser when a run has ended while the page was hidden; only where the reader has asked for that. */

import { recall, remember } from "../dom/memory.js";
import { liveRun } from "../state/page.js";

/** @import {Page} from "../types.js" */

const NAME = "notify";

/** @param {HTMLElement} button stands at the box while a run is under way, until it is allowed */
export function mountNotify(button) {
  const can = "Notification" in window;
  let wanted = recall(localStorage, NAME) === "yes";
  let running = "";

  button.addEventListener("click", async () => {
    wanted = (await Notification.requestPermission()) === "granted";
    remember(localStorage, NAME, wanted ? "yes" : "");
    button.textContent = wanted ? "You will be told" : "The browser does not allow it";
  });

  return {
    /** @param {Page} state */
    update(state) {
      const live = liveRun(state);
      button.hidden = !can || !live || (wanted && Notification.permission === "granted");
      if (!live && running && wanted && document.hidden && Notification.permission === "granted") {
        new Notification("The answer is there", { body: running, tag: "agentic-search" });
      }
      running = live?.run.query ?? "";
    },
  };
}
