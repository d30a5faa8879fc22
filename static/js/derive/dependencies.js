/** The ids of the tasks that a planned task waits for: those it names and those its references read. */

/** @import {PlannedTask} from "../types.js" */

const REFERENCE = /\$\{\s*([A-Za-z_][A-Za-z0-9_-]*)|[([,&|!=<> ]\s*([A-Za-z_][A-Za-z0-9_-]*)(?=[.\[)\s}])/g;

/**
 * Ids in the order met, each once. A word inside a reference that is no task is harmless: it draws no line.
 * @param {PlannedTask} task
 * @returns {string[]}
 */
export function dependenciesOf(task) {
  const found = new Set(task.depends_on ?? []);
  for (const text of textsIn([task.arguments ?? {}, task.for_each, task.when])) {
    for (const name of namesIn(text)) found.add(name);
  }
  found.delete("item");
  found.delete(task.id);
  return [...found];
}

/** @param {string} text */
function* namesIn(text) {
  for (const [reference] of text.matchAll(/\$\{[^}]*\}/g)) {
    for (const [, first, later] of reference.matchAll(REFERENCE)) yield first ?? later;
  }
}

/**
 * @param {unknown} value
 * @returns {Generator<string>}
 */
function* textsIn(value) {
  if (typeof value === "string") yield value;
  else if (value && typeof value === "object") for (const inner of Object.values(value)) yield* textsIn(inner);
}
