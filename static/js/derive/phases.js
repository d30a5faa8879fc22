/** The four phases of a run, each with its state and its time. */

import { stretches, workIsOver } from "./timeline.js";

/** @import {Run} from "../types.js" */
/** @typedef {'waiting'|'running'|'done'|'failed'|'stopped'} PhaseState */
/** @typedef {{name: 'tools'|'plan'|'work'|'answer', state: PhaseState, seconds: number|null}} Phase */
/** @typedef {{from: number|null, to: number|null}} Reach */

/**
 * @param {Run} run
 * @param {number} now seconds since the run began
 * @returns {Phase[]}
 */
export function phases(run, now) {
  return [
    phase(run, "tools", [{ from: run.lastSeq > 0 ? 0 : null, to: run.discoveredAt }], now),
    phase(run, "plan", run.planning, now),
    phase(run, "work", stretches(run.tasks), now, !workIsOver(run)),
    phase(run, "answer", [{ from: run.answerFrom, to: run.answerTo }], now),
  ];
}

/**
 * The phase that is under way, the latest where two overlap.
 * @param {Run} run
 * @returns {Phase|undefined}
 */
export function currentPhase(run) {
  return phases(run, 0).findLast((each) => each.state === "running");
}

/**
 * @param {Run} run
 * @param {Phase["name"]} name
 * @param {Reach[]} reaches
 * @param {number} now
 * @param {boolean} [more] it is not over, even where nothing of it is under way
 * @returns {Phase}
 */
function phase(run, name, reaches, now, more = false) {
  const begun = reaches.filter((reach) => reach.from !== null);
  if (begun.length === 0) return { name, state: "waiting", seconds: null };
  const open = more || begun.some((reach) => reach.to === null);
  const end = run.endedAt ?? now;
  const seconds = begun.reduce((sum, { from, to }) => sum + Math.max((to ?? end) - (from ?? 0), 0), 0);
  return { name, state: state(run, open, name), seconds };
}

/**
 * @param {Run} run
 * @param {boolean} open
 * @param {Phase["name"]} name
 * @returns {PhaseState}
 */
function state(run, open, name) {
  const cut = open || (name === "answer" && !run.answer?.text);
  if (run.status === "failed" && cut) return "failed";
  if (run.status === "cancelled" && cut) return "stopped";
  if (name === "work" && !open && run.tasks.every((task) => task.status === "failed" || task.status === "skipped")) return "failed";
  return open ? "running" : "done";
}
