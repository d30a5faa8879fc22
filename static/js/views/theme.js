/** The light: as the system has it, or as the reader chose, remembered. */

import { remember } from "../dom/memory.js";
import { icon, part } from "../dom/elements.js";

const CHOICES = ["system", "light", "dark"];
const ICONS = { system: "auto", light: "sun", dark: "moon" };

/** @param {HTMLElement} button */
export function mountTheme(button) {
  const current = () => /** @type {keyof typeof ICONS} */ (document.documentElement.dataset.theme ?? "system");

  function show() {
    icon(part(button, "icon"), ICONS[current()]);
    button.setAttribute("aria-label", `Theme: ${current()}`);
    button.title = `Theme: ${current()}`;
  }

  button.addEventListener("click", () => {
    const next = CHOICES[(CHOICES.indexOf(current()) + 1) % CHOICES.length];
    if (next === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    remember(localStorage, "theme", next);
    show();
  });
  show();
}
