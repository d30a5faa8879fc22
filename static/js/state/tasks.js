/** Reduces an event to the next state of the tasks. */

import { dependenciesOf } from "../derive/dependencies.js";

/** @import {Asking, Task, PlannedTask, Attempt, RunEvent} from "../types.js" */

/**
 * Take in one event about a task; the list itself comes back where it says nothing new.
 * @param {Task[]} tasks
 * @param {RunEvent} event
 * @returns {Task[]}
 */
export function reduceTasks(tasks, { type, at, data }) {
  const fact = FACTS[type];
  return fact ? fact(tasks, data, at) : tasks;
}

/**
 * The run ended: what still waited or ran was cancelled.
 * @param {Task[]} tasks
 * @param {number} at
 * @returns {Task[]}
 */
export function cancelUnfinished(tasks, at) {
  if (!tasks.some(isUnfinished)) return tasks;
  return tasks.map((task) =>
    isUnfinished(task) ? { ...task, status: "cancelled", asking: null, endedAt: at, attempts: closed(task.attempts, at) } : task,
  );
}

/** @param {Task} task */
export function isUnfinished(task) {
  return task.status === "queued" || task.status === "waiting" || task.status === "running" || task.status === "retrying";
}

/** Whether it can be tried again once its run has ended. @param {Task} task */
export function isUndone({ status }) {
  return status === "failed" || status === "cancelled";
}

/** @type {Object<string, (tasks: Task[], data: any, at: number) => Task[]>} */
const FACTS = {
  "plan.task": (tasks, { task }, at) => planned(tasks, task, at),

  // A draft that is given up takes its tasks with it; those of an earlier round's accepted plan stay.
  "plan.fallback": (tasks) => tasks.filter((task) => task.accepted),

  // The accepted plan, of all rounds so far, is the truth: a task of a draft that was dropped goes.
  "plan.ready": (tasks, { plan }, at) => {
    const all = plan.tasks.reduce((/** @type {Task[]} */ known, /** @type {PlannedTask} */ task) => planned(known, task, at), tasks);
    const ids = new Set(plan.tasks.map((/** @type {PlannedTask} */ task) => task.id));
    return all.filter((/** @type {Task} */ task) => ids.has(task.id)).map((task) => ({ ...task, accepted: true }));
  },

  "approval.needed": (tasks, data, at) =>
    change(tasks, data, at, () => ({ status: "waiting", server: data.server ?? "", asking: asking(data) })),

  "approval.given": decided,
  "approval.denied": decided,

  "task.started": (tasks, data, at) =>
    change(tasks, data, at, (task) => ({
      status: "running",
      asking: null,
      tool: data.tool,
      server: data.server ?? "",
      purpose: data.purpose || task.purpose,
      arguments: data.arguments ?? task.arguments,
      attempts: [...closed(task.attempts, at), { from: at, to: null, error: null }],
      progress: null,
    })),

  "task.progress": (tasks, data, at) =>
    change(tasks, data, at, () => ({
      progress: { progress: data.progress, total: data.total ?? null, text: data.text ?? "" },
    })),

  "task.retrying": (tasks, data, at) =>
    change(tasks, data, at, (task) => ({
      status: "retrying",
      attempts: closed(task.attempts, at, data.error),
      progress: null,
    })),

  "task.completed": (tasks, data, at) =>
    change(tasks, data, at, (task) => ({
      ...ended(task, data, at),
      status: "completed",
      cached: data.cached ?? false,
      result: data.result ?? null,
      content: data.content ?? [],
      resultUrl: data.result_url ?? null,
    })),

  "task.failed": (tasks, data, at) =>
    change(tasks, data, at, (task) => ({
      ...ended(task, data, at),
      status: "failed",
      attempts: closed(task.attempts, at, data.error),
      error: data.error,
    })),

  "task.skipped": (tasks, data, at) =>
    change(tasks, data, at, () => ({ status: "skipped", asking: null, endedAt: at, error: data.because })),
};

/**
 * A task that was held begins when its turn comes; a call whose server asked goes on at once.
 * @param {Task[]} tasks
 * @param {any} data
 * @param {number} at
 */
function decided(tasks, data, at) {
  return change(tasks, data, at, (task) => ({ status: task.attempts.length > 0 ? "running" : "queued", asking: null }));
}

/**
 * @param {any} data of an event that asks the user
 * @returns {Asking}
 */
function asking(data) {
  return {
    why: data.why, arguments: data.arguments ?? {}, calls: data.calls ?? 1, question: data.question ?? null,
    schema: data.schema ?? data.answer_schema ?? null, url: data.url ?? null,
  };
}

/**
 * @param {Task[]} tasks
 * @param {PlannedTask} task
 * @param {number} at
 */
function planned(tasks, task, at) {
  const known = tasks.find((each) => each.id === task.id);
  const dependsOn = dependenciesOf(task);
  if (!known) return [...tasks, { ...blank(task.id, task.tool, at), ...wording(task), dependsOn }];
  return tasks.map((each) => (each === known ? { ...each, purpose: each.purpose || task.purpose || "", planned: task, dependsOn } : each));
}

/** @param {PlannedTask} task */
function wording(task) {
  return { purpose: task.purpose ?? "", arguments: task.arguments ?? {}, planned: task };
}

/**
 * @param {string} id
 * @param {string} tool
 * @param {number} at
 * @returns {Task}
 */
function blank(id, tool, at) {
  return {
    id, tool, server: "", planned: { id, tool }, purpose: "", dependsOn: [], arguments: {}, accepted: false, status: "queued", writtenAt: at, attempts: [],
    endedAt: null, duration: null, cached: false, result: null, content: [], resultUrl: null, error: null, progress: null, asking: null,
  };
}

/**
 * @param {Task[]} tasks
 * @param {{id: string, tool: string}} named
 * @param {number} at
 * @param {(task: Task) => Partial<Task>} changes
 */
function change(tasks, named, at, changes) {
  const known = tasks.some((task) => task.id === named.id) ? tasks : [...tasks, blank(named.id, named.tool, at)];
  return known.map((task) => (task.id === named.id ? { ...task, ...changes(task) } : task));
}

/**
 * @param {Task} task
 * @param {{duration?: number}} data
 * @param {number} at
 */
function ended(task, data, at) {
  return { endedAt: at, duration: data.duration ?? null, attempts: closed(task.attempts, at), progress: null, asking: null };
}

/**
 * @param {Attempt[]} attempts
 * @param {number} at
 * @param {string|null} [error]
 * @returns {Attempt[]}
 */
function closed(attempts, at, error = null) {
  return attempts.map((attempt) => (attempt.to === null ? { ...attempt, to: at, error } : attempt));
}
