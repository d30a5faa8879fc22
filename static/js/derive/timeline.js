/** Bars of the tasks on a shared time axis, in seconds since the run began. */

/** @import {Run, Span, Task} from "../types.js" */
/** @typedef {{kind: 'wait'|'run'|'failed'|'pause', from: number, to: number}} Piece */

const SCALES = [0.5, 1, 2, 3, 5, 8, 12, 20, 30, 45, 60, 90, 120, 180, 300, 480, 720, 1200, 1800, 3600];

/**
 * A task's bar: waiting, then each try, with the pause before the next one.
 * @param {Task} task
 * @param {number} now
 * @returns {Piece[]}
 */
export function pieces(task, now) {
  const end = task.endedAt ?? Math.max(now, task.writtenAt);
  /** @type {Piece[]} */
  const found = [{ kind: "wait", from: task.writtenAt, to: task.attempts[0]?.from ?? end }];
  task.attempts.forEach((attempt, index) => {
    const to = attempt.to ?? end;
    found.push({ kind: attempt.error ? "failed" : "run", from: attempt.from, to });
    const next = task.attempts[index + 1]?.from ?? end;
    if (attempt.to !== null && next > to) found.push({ kind: "pause", from: to, to: next });
  });
  return found.filter((piece) => piece.to > piece.from || piece.kind === "run" || piece.kind === "failed");
}

/**
 * The axis all bars share. While tasks run it has room to grow and changes by steps, so that bars do not creep;
 * when they have ended it ends with the last.
 * @param {Task[]} tasks
 * @param {number} now
 * @returns {{from: number, to: number, ticks: number[]}}
 */
export function axis(tasks, now) {
  const from = Math.min(...tasks.map((task) => task.writtenAt));
  const open = tasks.some((task) => task.endedAt === null);
  const last = Math.max(...tasks.map((task) => task.endedAt ?? now), from + 0.01);
  const room = (last - from) * 1.1;
  const to = open ? from + (SCALES.find((scale) => scale >= room) ?? room) : last;
  return { from, to, ticks: ticks(to - from) };
}

const MINUTES_FROM = 100;

/**
 * Three to six round marks from 0 on, in seconds; round in minutes where the axis is long.
 * @param {number} length
 * @returns {number[]}
 */
export function ticks(length) {
  const unit = length < MINUTES_FROM ? 1 : 60;
  const rough = length / unit / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power * unit;
  return Array.from({ length: Math.floor(length / step + 1e-9) + 1 }, (_, index) => +(index * step).toPrecision(6));
}

/**
 * What stands at a mark: one unit along the whole axis.
 * @param {number} at
 * @param {number} length of the axis
 */
export function tickLabel(at, length) {
  if (at === 0) return "0";
  if (length < 1) return `${Math.round(at * 1000)} ms`;
  return length < MINUTES_FROM ? `${+at.toFixed(1)} s` : `${+(at / 60).toFixed(1)} min`;
}

/**
 * What running side by side saved: the calls end to end, and the time in which any of them was under way.
 * Null where fewer than two calls have ended; how long one took that was stopped is not always known.
 * @param {Task[]} tasks
 * @returns {{serial: number, together: number}|null}
 */
export function savings(tasks) {
  const ended = tasks.filter((task) => task.status === "completed" || task.status === "failed");
  const serial = total(ended.flatMap(reach));
  return ended.flatMap(reach).length < 2 ? null : { serial, together: total(stretches(ended)) };
}

/**
 * The times in which any task was under way; the last is open while one is. Between rounds the planner thinks.
 * @param {Task[]} tasks
 * @returns {Span[]}
 */
export function stretches(tasks) {
  const spans = tasks.flatMap(reach).sort((one, other) => one.from - other.from);
  return spans.reduce((/** @type {Span[]} */ found, span) => {
    const last = found.at(-1);
    if (!last || span.from > (last.to ?? Infinity)) return [...found, span];
    const to = last.to === null || span.to === null ? null : Math.max(last.to, span.to);
    return [...found.slice(0, -1), { from: last.from, to }];
  }, []);
}

/**
 * From its first try to its end; nothing where it never started.
 * @param {Task} task
 * @returns {Span[]}
 */
function reach(task) {
  return task.attempts.slice(0, 1).map(({ from }) => ({ from, to: task.endedAt }));
}

/** @param {Span[]} spans that have ended */
function total(spans) {
  return spans.reduce((sum, { from, to }) => sum + (to ?? from) - from, 0);
}

/**
 * The chain that decided how long the work took: from the task that ended last, back over the dependency that
 * ended last.
 * @param {Task[]} tasks
 * @returns {Set<string>}
 */
export function criticalPath(tasks) {
  const path = new Set();
  let last = latest(tasks.filter((task) => task.attempts.length > 0));
  while (last && !path.has(last.id)) {
    path.add(last.id);
    const { dependsOn } = last;
    last = latest(tasks.filter((task) => dependsOn.includes(task.id)));
  }
  return path;
}

/** @param {Task[]} tasks */
function latest(tasks) {
  return tasks.reduce(
    (/** @type {Task|undefined} */ last, task) => ((task.endedAt ?? 0) > (last?.endedAt ?? 0) ? task : last),
    undefined,
  );
}

/**
 * The tasks are done with: all have ended, and no more can come.
 * @param {Run} run
 */
export function workIsOver(run) {
  if (run.answerFrom !== null || run.endedAt !== null) return true;
  const planned = run.planning.length > 0 && run.planning.every((span) => span.to !== null);
  return planned && run.tasks.length > 0 && run.tasks.every((task) => task.endedAt !== null);
}
