/** Groups conversations, those asked in last first, by day. */

/** @import {Thread} from "../types.js" */
/** @typedef {{name: string, threads: Thread[]}} Day */

/**
 * A conversation stands on the day of its newest question.
 * @param {Thread[]} threads
 * @param {Date} now
 * @returns {Day[]}
 */
export function byDay(threads, now) {
  /** @type {Map<string, Day>} */
  const days = new Map();
  for (const thread of threads) {
    const name = dayName(new Date(thread.changed_at), now);
    const day = days.get(name) ?? { name, threads: [] };
    day.threads.push(thread);
    days.set(name, day);
  }
  return [...days.values()];
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
