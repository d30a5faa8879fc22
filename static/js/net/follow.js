/** Follows a run by its id: passes its events on, and whether the connection is lost or back, until the run has ended. */

import { isWhole } from "../state/opened.js";
import { read } from "./api.js";
import { here } from "./place.js";
import { RequestProblem } from "./request.js";

/** @import {Report, RunEvent} from "../types.js" */
/**
 * @typedef {{event: (event: RunEvent) => void, lost: () => void, back: () => void, gone: () => void,
 *   ended: (report: Report) => void}} Listener
 */

const TYPES = [
  "run.queued", "run.started", "question.understood", "tools.discovered", "plan.started", "plan.task", "plan.ready", "plan.fallback", "plan.mended",
  "execution.started", "execution.completed", "task.started",
  "task.progress", "task.retrying", "task.completed", "task.failed", "task.skipped", "sources.found", "server.slowed",
  "approval.needed", "approval.given", "approval.denied",
  "model.waiting", "support.by_words", "answer.preview", "answer.started", "answer.delta", "answer.block", "answer.completed",
];
const TERMINAL = ["run.completed", "run.failed", "run.cancelled"];
const RETRY_AFTER = 2000;
const LOOK_AGAIN = 15_000;

/**
 * The browser reconnects by itself, after the last event. Where it gives up, as at a proxy's 502, the run is looked up:
 * the stream goes on if the run does, else the run's report tells how it ended. So does it where the connection was lost
 * in between: what a service that died had told last, it may not have kept. A browser has six connections for all its
 * tabs: a hidden tab lets go of its stream, looks now and then whether the run has ended, and goes on where it was
 * when it is shown.
 * @param {string} id
 * @param {Listener} listener
 * @returns {() => void} stop following
 */
export function follow(id, listener) {
  const url = `/runs/${encodeURIComponent(id)}`;
  let last = 0;
  let lost = false;
  let wasLost = false;
  let stopped = false;
  /** @type {EventSource|null} */
  let source = null;
  /** @type {number|undefined} */
  let looking;
  document.addEventListener("visibilitychange", turn);
  turn();

  function turn() {
    clearInterval(looking);
    if (!document.hidden) {
      source ??= open();
      return;
    }
    source?.close();
    source = null;
    looking = setInterval(lookUp, LOOK_AGAIN);
  }

  function open() {
    const fresh = new EventSource(`${here(url)}/events${last > 0 ? `?after=${last}` : ""}`);
    for (const type of [...TYPES, ...TERMINAL]) fresh.addEventListener(type, receive);
    fresh.addEventListener("open", returned);
    fresh.addEventListener("error", broken);
    return fresh;
  }

  /** @param {MessageEvent} message */
  function receive(message) {
    const event = JSON.parse(message.data);
    last = Math.max(last, event.seq);
    const isEnd = TERMINAL.includes(message.type);
    if (isEnd) stop();
    if (isEnd && wasLost) lookUp().then((ended) => ended || listener.event(event));
    else listener.event(event);
  }

  function returned() {
    if (lost) listener.back();
    lost = false;
  }

  async function broken() {
    if (stopped) return;
    if (!lost) listener.lost();
    lost = true;
    wasLost = true;
    const closed = source;
    if (closed?.readyState !== EventSource.CLOSED || (await lookUp())) return;
    setTimeout(() => {
      if (!stopped && source === closed) source = open();
    }, RETRY_AFTER);
  }

  /** Whether the run has ended, or is not kept; then nothing is left to follow. */
  async function lookUp() {
    const report = await read(url).catch((error) => {
      if (error instanceof RequestProblem) return error.problem.status === 404 ? "gone" : null;
      throw error;
    });
    if (stopped && !wasLost) return true;
    if (report === null || (report !== "gone" && !isWhole(report))) return false;
    returned();
    stop();
    if (report === "gone") listener.gone();
    else listener.ended(report);
    return true;
  }

  function stop() {
    stopped = true;
    document.removeEventListener("visibilitychange", turn);
    clearInterval(looking);
    source?.close();
  }

  return stop;
}
