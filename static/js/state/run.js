/** Reduces an event to the next state of its run. Pure: no page, no clock. */

import { reduceAnswer } from "./answer.js";
import { cancelUnfinished, reduceTasks } from "./tasks.js";

/** @import {Run, RunEvent, RunStatus, Span, Step} from "../types.js" */

/**
 * A run without any event yet.
 * @param {string|null} id
 * @param {string} query
 * @param {RunStatus} [status]
 * @returns {Run}
 */
export function newRun(id, query, status = "asking") {
  return {
    id, query, understood: null, status, model: null, planner: null, lastSeq: 0, servers: [], toolCount: null, discoveredAt: null,
    planning: [], waiting: null, tasks: [], steps: [], found: 0, preview: null, answer: null, answerFrom: null, answerTo: null, endedAt: null,
    timings: null, usage: null, error: null,
  };
}

/**
 * Take in the next event. One that was already taken in, as after a reconnection, changes nothing.
 * @param {Run} run
 * @param {RunEvent} event
 * @returns {Run}
 */
export function reduceRun(run, event) {
  if (event.seq <= run.lastSeq || hasEnded(run)) return run;
  const heard = {
    ...run,
    lastSeq: event.seq,
    steps: event.message ? [...run.steps, ...stepsOf(event)] : run.steps,
    tasks: reduceTasks(run.tasks, event),
    answer: reduceAnswer(run.answer, event),
    waiting: OF_THE_MODEL.has(event.type) ? null : run.waiting,
  };
  return { ...heard, ...FACTS[event.type]?.(heard, event.data, event.at) };
}

/**
 * The thinking steps of an event with a message: one, but where the work begins and ends two; a result is one more.
 * @param {RunEvent} event
 * @returns {Step[]}
 */
function stepsOf({ type, at, message, data }) {
  const lines = type.startsWith("execution.") ? message.split("\n") : [message];
  const steps = lines.map((text) => ({ at, text, resultOf: null }));
  return type === "task.completed" && !data.kept ? [...steps, { at, text: "📊 Full Result", resultOf: data.id }] : steps;
}

/** @param {{status: string}} run */
export function hasEnded(run) {
  return run.status === "completed" || run.status === "partial" || run.status === "failed" || run.status === "cancelled";
}

/** Whether its plan was made, and nothing of it has run. @param {Run} run */
export function isOnlyPlanned(run) {
  return run.status === "completed" && run.answer === null && run.tasks.length > 0 && run.tasks.every((task) => task.attempts.length === 0);
}

/** What a model gives, or what is done without it: then nothing waits for it any more. */
const OF_THE_MODEL = new Set(["plan.task", "plan.ready", "plan.fallback", "answer.started", "answer.delta", "answer.completed"]);

/** @type {Object<string, (run: Run, data: any, at: number) => Partial<Run>>} */
const FACTS = {
  "run.queued": () => ({ status: "queued" }),
  "run.started": (run, data) => ({ status: "running", query: data.query, model: data.model ?? null }),
  "question.understood": (run, data) => ({ understood: data.text }),
  "tools.discovered": (run, data, at) => ({ servers: data.servers, toolCount: data.tools, discoveredAt: at }),
  "plan.started": (run, data, at) => ({ planner: data.planner, planning: [...closed(run.planning, at), { from: at, to: null }] }),
  "plan.ready": (run, data, at) => ({ planner: data.planner, planning: closed(run.planning, at) }),
  "sources.found": (run, data) => ({ found: run.found + data.sources.length }),
  "model.waiting": (run, data) => ({ waiting: data.before > 0 || data.loading ? (run.steps.at(-1)?.text ?? null) : null }),
  "answer.preview": (run, data) => (run.answer ? {} : { preview: { html: data.html, sources: data.sources } }),
  "answer.started": (run, data, at) => ({
    preview: null,
    model: data.model ?? null,
    planning: closed(run.planning, at),
    answerFrom: at,
    answerTo: null,
  }),
  "answer.completed": (run, data, at) => ({ answerTo: at }),
  "run.completed": ended,
  "run.failed": ended,
  "run.cancelled": ended,
};

/**
 * @param {Run} run
 * @param {any} data
 * @param {number} at
 * @returns {Partial<Run>}
 */
function ended(run, data, at) {
  return {
    status: data.status,
    endedAt: at,
    timings: data.timings ?? null,
    usage: data.usage ?? null,
    error: data.error ?? null,
    planning: closed(run.planning, at),
    waiting: null,
    preview: null,
    tasks: data.status === "completed" && run.answer === null ? run.tasks : cancelUnfinished(run.tasks, at), // a plan that was only made waits
    answerTo: run.answerFrom === null ? null : (run.answerTo ?? at),
  };
}

/**
 * @param {Span[]} spans
 * @param {number} at
 */
function closed(spans, at) {
  return spans.map((span) => (span.to === null ? { ...span, to: at } : span));
}
