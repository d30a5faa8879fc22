/** What a task is for, in words: a reference to what another task finds is said as what was found. */

/** @import {Task} from "../types.js" */

const LONGEST = 60;

/**
 * @param {Task} task
 */
export function purposeInWords({ purpose, planned, arguments: given }) {
  return purpose.replace(/\$\{\s*([A-Za-z_][\w-]*)[^}]*\}/g, (reference, task) => {
    const name = Object.entries(planned.arguments ?? {}).find(([, value]) => value === reference)?.[0];
    const found = name === undefined ? reference : given[name];
    if ((typeof found !== "string" && typeof found !== "number") || found === reference) return `what ${task} found`;
    const text = String(found);
    return text.length > LONGEST ? `${text.slice(0, LONGEST)} …` : text;
  });
}
