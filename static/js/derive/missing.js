/** One quiet sentence about what the answer of a run does without. */

import { purposeInWords } from "./purpose.js";
import { count, grouped } from "./words.js";

/** @import {Run} from "../types.js" */

const MOST = 3;
const LONGEST = 120;

/**
 * Which tasks failed and what was left out; empty where nothing is missing. A failed task is named once, by what it was for.
 * @param {Run} run
 * @returns {string}
 */
export function missing(run) {
  const said = (run.answer?.text ?? "").replaceAll("\\", ""); // its Markdown without escapes
  const failed = run.tasks.filter((task) => task.status === "failed");
  const skipped = run.tasks.filter((task) => task.status === "skipped");
  const isTold = (/** @type {string} */ what) => [...failed, ...skipped].some(({ id, tool }) => what.startsWith(`${id}: `) || what === `${id} ${tool}`);
  const others = (run.answer?.leftOut ?? []).filter(({ what, why }) => !isTold(what) && !isSaid(said, what, why));
  const leftOut = others.map(({ what, why }) => `${what} (${why.replace(/\.$/, "")})`);
  const reasons = failed.map((task) => `${purposeInWords(task) || task.tool} (${inShort(task.error ?? "failed", task.tool)})`);
  return [
    sentence(`${failed.length} of ${count(run.tasks.length, "task")} failed`, reasons),
    failed.length > 0 && skipped.length > 0 ? `${count(skipped.length, "task")} could not run without.` : "",
    sentence("Left out", leftOut),
  ].filter(Boolean).join(" ");
}

/**
 * An error's first sentence, without what only names the tool again.
 * @param {string} error
 * @param {string} tool
 */
function inShort(error, tool) {
  const openings = [`Error executing tool ${tool}: `, `${tool}: `, "Error: "];
  const bare = openings.reduce((rest, opening) => (rest.startsWith(opening) ? rest.slice(opening.length) : rest), error);
  const first = bare.split(/(?<=[.!?])\s|\n/)[0].replace(/[.!]$/, "");
  return first.length > LONGEST ? `${first.slice(0, LONGEST)} …` : first;
}

/**
 * Whether the answer's own notes have it: `t1: search_docs said: why`.
 * @param {string} answer
 * @param {string} what
 * @param {string} why
 */
function isSaid(answer, what, why) {
  const call = /^(\w+: \S+)/.exec(what)?.[1];
  return call !== undefined && answer.includes(`${call} ${why.replace(/\.$/, "")}`);
}

/**
 * @param {string} opening
 * @param {string[]} parts
 */
function sentence(opening, parts) {
  if (parts.length === 0) return "";
  const more = parts.length - MOST;
  const tail = more > 0 ? ` and ${count(more, "other")}` : "";
  return `${opening}: ${parts.slice(0, MOST).join("; ")}${tail}.`;
}

/**
 * How the run went, in a few words: who wrote, how long, how much.
 * @param {Run} run
 * @param {(seconds: number) => string} inWords
 * @returns {string}
 */
export function colophon(run, inWords) {
  if (run.endedAt === null || !run.answer) return "";
  const writer = run.answer.model ? `Written by ${run.answer.model}` : "Quoted from the sources, without a language model";
  const tokens = run.usage?.completion_tokens ? [`${grouped(run.usage.completion_tokens)} tokens`] : [];
  return [writer, inWords(run.timings?.total || run.endedAt), ...tokens].join(" · ");
}
