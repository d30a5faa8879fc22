/** What a reader who cannot see the page should hear when a run has changed. Never the tokens. */

import { currentPhase } from "./phases.js";
import { count } from "./words.js";

/** @import {Run} from "../types.js" */

/**
 * @param {Run|undefined} before
 * @param {Run} after
 * @returns {string} empty where there is nothing new to say
 */
export function announcement(before, after) {
  if (before?.status !== after.status && ENDS[after.status]) return ENDS[after.status](after);
  if (!before?.preview && after.preview) return "Quotations are shown, while the model works.";
  const phase = currentPhase(after)?.name;
  if (!phase || (before && currentPhase(before)?.name === phase)) return "";
  return PHASES[phase](after);
}

/** @type {Object<string, (run: Run) => string>} */
const PHASES = {
  tools: () => "Looking for tools.",
  plan: () => "Planning.",
  work: () => "Working.",
  answer: (run) => (run.answer?.model ? "Writing the answer." : "Quoting the best passages."),
};

/** @type {Object<string, (run: Run) => string>} */
const ENDS = {
  completed: (run) => `The answer is complete, with ${count(run.answer?.sources.length ?? 0, "source")}.`,
  partial: (run) => `The answer is complete, with ${count(run.answer?.sources.length ?? 0, "source")}; parts are missing.`,
  failed: (run) => `No answer. ${run.error ?? ""}`,
  cancelled: () => "Stopped.",
};
