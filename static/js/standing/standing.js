/** The drawer of standing questions: what was new in each, and a form to have a question of the page asked again. */

import { keyed, part, say } from "../dom/elements.js";
import { mountStandingQuestion } from "./question.js";
import * as requests from "./requests.js";

/** @import {Schedule} from "./requests.js" */

const LOOK = 1000;

/**
 * @param {HTMLDialogElement} drawer
 * @param {{opener: HTMLElement, runs: HTMLElement}} page `opener` shows the drawer; answers in `runs` can be repeated
 */
export function mountStanding(drawer, { opener, runs }) {
  const form = /** @type {HTMLFormElement} */ (part(drawer, "form"));
  const query = /** @type {HTMLTextAreaElement} */ (part(drawer, "query"));
  const when = /** @type {HTMLSelectElement} */ (part(drawer, "when"));
  const cron = /** @type {HTMLInputElement} */ (part(drawer, "cron"));
  let zone = "UTC";
  /** @type {number|undefined} */
  let looking;

  const show = keyed(part(drawer, "list"), {
    template: "standing-question",
    key: (/** @type {Schedule} */ schedule) => schedule.id,
    mount: (el) => mountStandingQuestion(el, act),
  });

  async function refresh() {
    clearTimeout(looking);
    const schedules = await requests.list();
    show(schedules);
    say(part(drawer, "none"), schedules.length ? "" : "None yet. Choose “Repeat” below an answer.");
    if (drawer.open && schedules.some((each) => each.asking !== null)) looking = setTimeout(() => act(async () => {}), LOOK);
  }

  /**
   * Do something, and show how everything stands then; or why it could not be done.
   * @param {() => Promise<unknown>} what
   */
  async function act(what) {
    try {
      await what();
      await refresh();
      say(part(drawer, "problem"), "");
    } catch (error) {
      say(part(drawer, "problem"), error instanceof Error ? error.message : String(error));
    }
  }

  /** @param {string|null} question to be repeated; null only lists */
  function open(question) {
    form.hidden = question === null;
    query.value = question ?? "";
    if (!drawer.open) drawer.showModal();
    if (question !== null) begin();
    return act(async () => {});
  }

  function begin() {
    zone = Intl.DateTimeFormat().resolvedOptions().timeZone || zone; // to ask for it takes too long for a page that loads
    say(part(drawer, "zone"), `in the time of ${zone}`);
    when.focus();
  }

  opener.addEventListener("click", () => open(null));
  part(drawer, "close").addEventListener("click", () => drawer.close());
  drawer.addEventListener("close", () => clearTimeout(looking));
  drawer.addEventListener("click", (event) => {
    if (event.target === drawer) drawer.close(); // The backdrop belongs to the dialog; its content lies in a child.
  });
  when.addEventListener("change", () => {
    part(drawer, "other").hidden = when.value !== "";
    if (when.value === "") cron.focus();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act(async () => {
      await requests.create({ search: { query: query.value }, cron: when.value || cron.value, zone });
      form.hidden = true;
    });
  });
  runs.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest('[data-part="repeat"]') : null;
    const run = button?.closest(".run");
    if (run) open(part(run, "question").textContent ?? "");
  });
}
