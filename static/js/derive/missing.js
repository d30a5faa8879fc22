/** One quiet sentence about what the answer of a run does without. */

import { count } from "./words.js";

/** @import {Run} from "../types.js" */

const MOST = 3;

/**
 * What was left out and which tasks failed; empty where nothing is missing.
 * @param {Run} run
 * @returns {string}
 */
export function missing(run) {
  const said = (run.answer?.text ?? "").replaceAll("\\", ""); // its Markdown without escapes
  const news = (run.answer?.leftOut ?? []).filter(({ what, why }) => !isSaid(said, what, why));
  const leftOut = news.map(({ what, why }) => `${what} (${why.replace(/\.$/, "")})`);
  const named = leftOut.join(" ");
  const failed = run.tasks.filter((task) => task.status === "failed" && !named.includes(task.id) && !named.includes(task.tool));
  const unfinished = failed.map((task) => `${task.id} ${task.tool}`);
  return [sentence("Left out", leftOut), sentence("Failed", unfinished)].filter(Boolean).join(" ");
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
  const tokens = run.usage?.completion_tokens ? [`${run.usage.completion_tokens.toLocaleString("en-GB")} tokens`] : [];
  return [writer, inWords(run.timings?.total || run.endedAt), ...tokens].join(" · ");
}
