/** Makes the state of a run of its report, as its events would have made it. Pure. */

import { dependenciesOf } from "../derive/dependencies.js";
import { hasEnded, newRun } from "./run.js";

/** @import {Answer, Report, ReportedTask, Run, RunStatus, Span, Task} from "../types.js" */

/**
 * A run that has ended, whole; one that goes on, or was kept by an earlier version of the service, without an event yet.
 * @param {Report} report
 * @returns {Run}
 */
export function runOf(report) {
  const blank = newRun(report.id, report.query, isWhole(report) ? /** @type {RunStatus} */ (report.status) : "queued");
  const { course } = report;
  if (!isWhole(report) || !course) return blank;
  const { answering } = course;
  return {
    ...blank,
    understood: course.understood,
    model: report.model,
    planner: /** @type {Run["planner"]} */ (report.planner),
    lastSeq: 1,
    discoveredAt: course.discovered_at,
    planning: course.planning.map(span),
    tasks: tasksOf(report),
    steps: course.steps.map(({ at, result_of }, index) => ({
      at, text: result_of === null ? (report.thinking_steps[index] ?? "") : "📊 Full Result", resultOf: result_of,
    })),
    answer: answerOf(report),
    answerFrom: answering ? answering.begun : null,
    answerTo: answering ? answering.ended : null,
    endedAt: course.ended_at,
    timings: report.timings,
    usage: report.usage,
    error: report.error,
  };
}

/**
 * Whether its report says all, so that no event needs to be read.
 * @param {Report} report
 */
export function isWhole(report) {
  return hasEnded(report) && report.course !== null;
}

/** @param {{begun: number, ended: number|null}} reported @returns {Span} */
const span = ({ begun, ended }) => ({ from: begun, to: ended });

/**
 * @param {Report} report
 * @returns {Answer|null}
 */
function answerOf({ answer, html, model, sources, left_out, support, course }) {
  if (answer !== null) {
    return {
      model: course?.answering ? model : null, blocks: [html ?? ""], tail: "", text: answer, sources, leftOut: left_out, support,
    };
  }
  if (!course?.answering) return null;
  return { model, blocks: course.blocks, tail: course.tail, text: "", sources: [], leftOut: [], support: [] };
}

/**
 * @param {Report} report
 * @returns {Task[]}
 */
function tasksOf({ id, status, answer, tasks, plan, course }) {
  const accepted = new Map((plan?.tasks ?? []).map((task) => [task.id, task]));
  const drafted = new Map((course?.drafted ?? []).map((task) => [task.id, task]));
  return tasks.map((task) => {
    const planned = accepted.get(task.id) ?? drafted.get(task.id);
    const went = course?.tasks[task.id];
    return {
      id: task.id,
      tool: task.tool,
      server: task.server,
      planned: planned ?? { id: task.id, tool: task.tool },
      purpose: task.purpose || (planned?.purpose ?? ""),
      dependsOn: planned ? dependenciesOf(planned) : [],
      arguments: went?.arguments ?? planned?.arguments ?? {},
      accepted: accepted.has(task.id),
      status: /** @type {Task["status"]} */ (task.status === "queued" && (answer !== null || status !== "completed") ? "cancelled" : task.status),
      writtenAt: went?.written_at ?? 0,
      attempts: (went?.attempts ?? []).map((attempt) => ({ ...span(attempt), error: attempt.error })),
      endedAt: went?.ended_at ?? null,
      duration: task.duration,
      cached: task.cached,
      result: null,
      content: [],
      resultUrl: task.status === "completed" ? resultUrl(id, task) : null,
      error: task.error,
      progress: null,
      asking: null,
    };
  });
}

/**
 * @param {string} run
 * @param {ReportedTask} task
 */
function resultUrl(run, task) {
  return `/runs/${encodeURIComponent(run)}/tasks/${encodeURIComponent(task.id)}`;
}
