/** Groups runs, newest first, into threads by day. */

/** @import {Listed} from "../types.js" */
/** @typedef {{id: string, title: string, runs: number, status: string, at: Date}} Thread */
/** @typedef {{name: string, threads: Thread[]}} Day */

/**
 * A thread stands on the day of its newest run and is called after its first question.
 * @param {Listed[]} runs
 * @param {Date} now
 * @returns {Day[]}
 */
export function byDay(runs, now) {
  /** @type {Map<string, Day>} */
  const days = new Map();
  for (const thread of threads(runs)) {
    const name = dayName(thread.at, now);
    const day = days.get(name) ?? { name, threads: [] };
    day.threads.push(thread);
    days.set(name, day);
  }
  return [...days.values()];
}

/**
 * @param {Listed[]} runs
 * @returns {Thread[]}
 */
function threads(runs) {
  /** @type {Map<string, Thread>} */
  const found = new Map();
  for (const run of runs) {
    const thread = found.get(run.thread_id);
    if (thread) Object.assign(thread, { title: run.query, runs: thread.runs + 1 });
    else found.set(run.thread_id, { id: run.thread_id, title: run.query, runs: 1, status: run.status, at: new Date(run.created_at) });
  }
  return [...found.values()];
}

/**
 * @param {Date} day
 * @param {Date} now
 */
export function dayName(day, now) {
  const midnight = (/** @type {Date} */ date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  const ago = Math.round((midnight(now) - midnight(day)) / 86_400_000);
  if (ago <= 0) return "Today";
  if (ago === 1) return "Yesterday";
  const year = day.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return day.toLocaleDateString("en-GB", { weekday: ago < 7 ? "long" : undefined, day: "numeric", month: "long", year });
}
