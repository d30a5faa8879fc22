/** How the reader wants questions answered: with which model, how much effort, which servers. Remembered between visits. */

import { recall, remember } from "../dom/memory.js";

/** @import {Tool, Wishes} from "../types.js" */

const EFFORT = "effort";
const OFF = "servers-off";
const MODEL = "model";

/** What each effort asks of the service; `plan` shows the plan before anything of it runs. @type {Object<string, object>} */
const EFFORTS = { quick: { deadline: 30 }, normal: {}, thorough: { rounds: 3 }, plan: { plan_only: true } };

/** @returns {Wishes} as they were on an earlier visit */
export function rememberedWishes() {
  const effort = recall(localStorage, EFFORT);
  const off = recall(localStorage, OFF);
  return { model: recall(localStorage, MODEL) || null, effort: effort in EFFORTS ? effort : "normal", off: off ? off.split("\n") : [] };
}

/** @param {Wishes} wishes */
export function rememberWishes({ model, effort, off }) {
  remember(localStorage, MODEL, model ?? "");
  remember(localStorage, EFFORT, effort);
  remember(localStorage, OFF, off.join("\n"));
}

/**
 * The fields of a request that say so. Only tools of servers that are on may be used, where one is off.
 * @param {Wishes} wishes
 * @param {Tool[]|null} tools
 */
export function fieldsOf({ model, effort, off }, tools) {
  const limited = tools !== null && tools.some((tool) => off.includes(tool.server));
  const names = limited ? tools.filter((tool) => !off.includes(tool.server)).map((tool) => literal(tool.name)) : null;
  return { ...(model && { model }), ...EFFORTS[effort], ...(names && { tools: names }) };
}

/** @param {string} name as a glob that means itself only */
const literal = (name) => name.replace(/[[*?]/g, "[$&]");
