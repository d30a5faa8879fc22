/** The question box. Its text belongs to the reader: the page only ever puts a question back into it. */

import { modelInOneLine } from "../derive/words.js";
import { freshness, icon, part } from "../dom/elements.js";
import { recall, remember } from "../dom/memory.js";
import { liveRun } from "../state/page.js";

/** @import {Model, Page} from "../types.js" */
/** @import {Controller} from "../controller.js" */

const DRAFT = "draft";

/**
 * @param {HTMLElement} form
 * @param {Controller} actions
 */
export function mountComposer(form, actions) {
  const box = /** @type {HTMLTextAreaElement} */ (part(form, "box"));
  const button = /** @type {HTMLButtonElement} */ (part(form, "send"));
  const chooser = /** @type {HTMLSelectElement} */ (part(form, "model"));
  const hint = part(form, "hint");
  const restored = freshness();
  const offered = freshness();
  const hinted = freshness();
  let live = false;

  box.value ||= recall(sessionStorage, DRAFT);
  fit();

  function submit() {
    const text = box.value.trim();
    if (!text) return;
    if (live) actions.dispatch({ type: "queue", text });
    else actions.ask(text);
    write("");
  }

  /** @param {string} text */
  function write(text) {
    box.value = text;
    remember(sessionStorage, DRAFT, text);
    fit();
  }

  function fit() {
    if (CSS.supports("field-sizing", "content")) return;
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight}px`;
  }

  box.addEventListener("input", () => write(box.value));
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (!event.repeat) submit();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  // The second click of a double click on "ask" falls on "stop", which took its place: it is not meant.
  button.addEventListener("click", (event) => {
    if (event.detail > 1) return;
    if (live) actions.stop();
    else submit();
    box.focus();
  });
  chooser.addEventListener("change", () => {
    actions.wish({ model: chooser.value || null });
  });

  /** @param {Page} state */
  function update(state) {
    const run = liveRun(state);
    live = run !== undefined;
    box.placeholder = state.runs.length > 0 ? "Ask a follow-up" : "Ask a question";
    icon(part(button, "icon"), live ? "stop" : "send");
    button.setAttribute("aria-label", live ? "Stop (Esc)" : "Ask (Enter)");
    button.title = live ? "Stop (Esc)" : "Ask (Enter)";
    button.toggleAttribute("data-live", live);
    button.setAttribute("aria-disabled", String(run?.stopping ?? false));
    if (hinted(live, run?.stopping)) hint.textContent = live ? (run?.stopping ? "Stopping …" : "Esc stops, Enter asks next") : "Shift+Enter for a new line";
    if (restored(state.draft.version) && state.draft.version > 0) putBack(state.draft.text);
    if (offered(state.models)) offer(state.models?.models ?? [], state.models?.writer ?? null, state.wishes.model);
  }

  /**
   * Before what was typed meanwhile: neither may be lost.
   * @param {string} text
   */
  function putBack(text) {
    const typed = box.value;
    write(typed && !typed.startsWith(text) ? `${text}\n${typed}` : typed || text);
    box.focus();
  }

  /**
   * @param {Model[]} models
   * @param {string|null} writer
   * @param {string|null} choice
   */
  function offer(models, writer, choice) {
    const usable = models.filter((model) => model.usable);
    chooser.hidden = usable.length === 0;
    const others = usable.filter((model) => model.name !== writer);
    const chosen = usable.find((model) => model.name === writer);
    const first = chosen ? modelInOneLine(chosen) : (writer ?? "No model chosen");
    const options = [[first, ""], ...others.map((model) => [modelInOneLine(model), model.name])];
    if (writer !== null) options.push(["No model: quote sources", "offline"]);
    chooser.replaceChildren(...options.map(([label, value]) => new Option(label, value)));
    if (choice === null || models.length === 0) return;
    chooser.value = choice;
    if (chooser.value !== choice) chooser.value = ""; // it is not there now
    actions.dispatch({ type: "wishes", wishes: { model: chooser.value || null } });
  }

  return { update, focus: () => box.focus() };
}
