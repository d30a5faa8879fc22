/** Reduces an action to the page's next state. Pure: no document, no network, no clock. */

import { BACK } from "../derive/problem.js";
import { runOf } from "./opened.js";
import { hasEnded, newRun, reduceRun } from "./run.js";

/** @import {Page, Report, Shown} from "../types.js" */
/** @typedef {{type: string, [field: string]: any}} Action */

/** @type {Page} */
export const EMPTY = {
  threadId: null,
  runs: [],
  earlier: null,
  away: null,
  notice: null,
  draft: { text: "", version: 0 },
  tools: null,
  servers: null,
  models: null,
  pull: null,
  wishes: { model: null, effort: "normal", off: [] },
  queue: [],
  opening: false,
  history: { query: "", status: "loading", threads: [], deleted: [], next: null, problem: null },
};

/**
 * @param {Page} state
 * @param {Action} action
 * @returns {Page}
 */
export function reduce(state, action) {
  return ACTIONS[action.type]?.(state, action) ?? state;
}

/**
 * The run that is under way, if any: the last one asked.
 * @param {Page} state
 * @returns {Shown|undefined}
 */
export function liveRun(state) {
  return state.runs.findLast((shown) => !hasEnded(shown.run));
}

/** @type {Object<string, (state: Page, action: Action) => Page>} */
const ACTIONS = {
  asked: (state, { key, query }) => ({
    ...state,
    notice: null,
    runs: [...state.runs, shown(key, newRun(null, query))],
  }),

  accepted: (state, { key, id, threadId }) => ({
    ...withRun(state, key, (each) => ({ run: { ...each.run, id, status: "queued" } })),
    threadId,
  }),

  refused: (state, { key, notice }) => {
    const text = state.runs.find((each) => each.key === key)?.run.query ?? "";
    return { ...restored(state, text), notice, runs: state.runs.filter((each) => each.key !== key) };
  },

  // `received` is the page's clock in milliseconds; the earliest beginning that fits every event is the best guess.
  event: (state, { key, event, received }) =>
    withRun(state, key, (each) => ({
      run: reduceRun(each.run, event),
      origin: Math.min(each.origin ?? Infinity, received - event.at * 1000),
    })),

  gone: (state, { key, error }) =>
    withRun({ ...state, away: null, notice: null }, key, (each) => ({
      run: reduceRun(each.run, {
        seq: each.run.lastSeq + 1,
        run_id: each.run.id ?? "",
        at: each.run.steps.at(-1)?.at ?? 0,
        type: "run.failed",
        message: "",
        data: { status: "failed", error },
      }),
    })),

  // The run as the service has kept it; what was opened stays open.
  ended: (state, { key, report }) => withRun(state, key, () => ({ run: runOf(report) })),

  away: (state, { since }) => ({ ...state, away: state.away ?? since }),
  back: (state) => ({ ...state, away: null, notice: state.notice ?? BACK }),

  stopping: (state, { key }) => withRun(state, key, () => ({ stopping: true })),
  stopFailed: (state, { key, notice }) => ({ ...withRun(state, key, () => ({ stopping: false })), notice }),

  // What was to be asked in the conversation that is left goes back into the box.
  threadOpening: (state, { threadId }) => ({
    ...(state.queue.length > 0 ? restored(state, state.queue.join("\n")) : state), queue: [], threadId, runs: [], earlier: null, away: null, notice: null, opening: threadId !== null,
  }),
  // Its newest runs come first; those before them when they are asked for.
  threadOpened: (state, { runs, origins, earlier }) => ({
    ...state,
    opening: false,
    earlier,
    runs: [...runs.map((/** @type {Report} */ run) => ({ ...shown(run.id, runOf(run)), origin: origins[run.id] ?? null })), ...state.runs],
  }),
  threadGrown: (state, { runs, origins }) => ({
    ...state,
    runs: [...state.runs, ...runs.map((/** @type {Report} */ run) => ({ ...shown(run.id, runOf(run)), origin: origins[run.id] ?? null }))],
  }),
  threadMissing: (state, { notice }) => ({ ...state, threadId: null, runs: [], opening: false, notice }),

  result: (state, { key, id, result, content }) =>
    withRun(state, key, ({ run }) => ({
      run: { ...run, tasks: run.tasks.map((task) => (task.id === id ? { ...task, result, content, resultUrl: null } : task)) },
    })),

  strip: (state, { key, open }) => withRun(state, key, () => ({ strip: open })),
  steps: (state, { key, open }) => withRun(state, key, () => ({ steps: open })),
  task: (state, { key, id }) =>
    withRun(state, key, (each) => ({ task: id, strip: id === null ? each.strip : true })),

  tools: (state, { tools }) => ({ ...state, tools }),
  servers: (state, { servers }) => ({ ...state, servers }),
  models: (state, { models }) => ({ ...state, models }),
  pull: (state, { pull }) => ({ ...state, pull }),
  wishes: (state, { wishes }) => ({ ...state, wishes: { ...state.wishes, ...wishes } }),
  queue: (state, { text }) => ({ ...state, queue: [...state.queue, text] }),
  unqueue: (state, { text }) => ({ ...restored(state, text), queue: state.queue.filter((each) => each !== text) }),
  next: (state) => ({ ...state, queue: state.queue.slice(1) }),
  draft: (state, { text }) => restored(state, text),
  notice: (state, { notice }) => ({ ...state, notice }),

  history: (state, { type, ...changes }) => withHistory(state, () => changes),
  renamed: (state, { threadId, title }) =>
    withHistory(state, ({ threads }) => ({ threads: threads.map((each) => (each.id === threadId ? { ...each, title } : each)) })),
  deleted: (state, { threadId }) => withHistory(state, ({ deleted }) => ({ deleted: [...deleted, threadId] })),
  restored: (state, { threadId }) =>
    withHistory(state, ({ deleted }) => ({ deleted: deleted.filter((id) => id !== threadId) })),
};

/**
 * @param {string} key
 * @param {import("../types.js").Run} run
 * @returns {Shown}
 */
function shown(key, run) {
  return { key, run, strip: null, steps: null, task: null, origin: null, stopping: false };
}

/**
 * @param {Page} state
 * @param {string} key
 * @param {(each: Shown) => Partial<Shown>} changes
 * @returns {Page}
 */
function withRun(state, key, changes) {
  return { ...state, runs: state.runs.map((each) => (each.key === key ? { ...each, ...changes(each) } : each)) };
}

/**
 * @param {Page} state
 * @param {(history: Page["history"]) => Partial<Page["history"]>} changes
 * @returns {Page}
 */
function withHistory(state, changes) {
  return { ...state, history: { ...state.history, ...changes(state.history) } };
}

/**
 * @param {Page} state
 * @param {string} text
 */
function restored(state, text) {
  return { ...state, draft: { text, version: state.draft.version + 1 } };
}
