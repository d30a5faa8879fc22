/** Which servers the next question may use: a popover with a row a server, its state, its tools, and a switch. */

import { count } from "../derive/words.js";
import { freshness, keyed, part, say } from "../dom/elements.js";

/** @import {Page, Server, Tool} from "../types.js" */
/** @import {Controller} from "../controller.js" */
/** @typedef {{server: Server, tools: Tool[]}} Row */

const GAP = 8;
/** @type {Object<string, string>} */
const STATES = { ready: "ready", connecting: "starting", unavailable: "cannot be used", needs_sign_in: "asks you to sign in", disabled: "switched off" };

/**
 * @param {HTMLElement} button opens it
 * @param {HTMLElement} popover
 * @param {Controller} actions
 */
export function mountServers(button, popover, actions) {
  const known = freshness();
  /** @type {string[]} */
  let off = [];
  const show = keyed(part(popover, "list"), {
    template: "server",
    key: (/** @type {Row} */ { server }) => server.name,
    mount: (row) => mountServer(row, (name, on) => actions.wish({ off: on ? off.filter((each) => each !== name) : [...off, name] })),
  });
  new ResizeObserver(() => place(button, popover)).observe(popover);

  /** @param {Page} state */
  function update({ servers, tools, wishes }) {
    if (!known(servers, tools, wishes.off)) return;
    off = wishes.off;
    const rows = (servers ?? []).filter(({ status }) => status !== "disabled").map((server) => ({ server, tools: (tools ?? []).filter((tool) => tool.server === server.name) }));
    const usable = rows.filter(({ server }) => server.status === "ready");
    const on = usable.filter(({ server }) => !off.includes(server.name));
    button.hidden = rows.length === 0;
    button.textContent = on.length < usable.length ? `${on.length} of ${count(usable.length, "server")}` : count(usable.length, "server");
    show(rows, off);
  }

  return { update };
}

/**
 * @param {HTMLElement} row
 * @param {(name: string, on: boolean) => void} turn
 */
function mountServer(row, turn) {
  const box = /** @type {HTMLInputElement} */ (part(row, "on"));
  let name = "";
  box.addEventListener("change", () => turn(name, box.checked));
  return {
    /**
     * @param {Row} item
     * @param {string[]} off
     */
    update({ server, tools }, off) {
      name = server.name;
      box.checked = !off.includes(name);
      row.dataset.status = server.status;
      part(row, "name").textContent = server.title || name;
      part(row, "state").textContent = server.status === "ready" ? count(tools.length, "tool") : (STATES[server.status] ?? server.status);
      say(part(row, "why"), server.status === "ready" ? "" : (server.error ?? ""));
      part(row, "tools").hidden = tools.length === 0;
      part(row, "names").textContent = tools.map((tool) => tool.name).join(", ");
    },
  };
}

/**
 * Above the button, where the box is docked; below it, where there is no room.
 * @param {HTMLElement} button
 * @param {HTMLElement} popover
 */
function place(button, popover) {
  if (!popover.matches(":popover-open")) return;
  const at = button.getBoundingClientRect();
  const above = at.top - popover.offsetHeight - GAP;
  popover.style.left = `${Math.max(GAP, Math.min(at.left, innerWidth - popover.offsetWidth - GAP))}px`;
  popover.style.top = `${above > GAP ? above : Math.max(GAP, Math.min(at.bottom + GAP, innerHeight - popover.offsetHeight - GAP))}px`;
}
