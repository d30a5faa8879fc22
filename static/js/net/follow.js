/** Follows a run by its id: passes its events on, and whether the connection is lost or back, until the run has ended. */

import { RequestProblem, read } from "./api.js";

/** @import {RunEvent} from "../types.js" */
/** @typedef {{event: (event: RunEvent) => void, lost: () => void, back: () => void, gone: () => void}} Listener */

const TYPES = [
  "run.queued", "run.started", "question.understood", "tools.discovered", "plan.started", "plan.task", "plan.ready", "plan.fallback", "plan.mended",
  "execution.started", "execution.completed", "task.started",
  "task.progress", "task.retrying", "task.completed", "task.failed", "task.skipped", "sources.found", "server.slowed",
  "approval.needed", "approval.given", "approval.denied",
  "model.waiting", "support.by_words", "answer.preview", "answer.started", "answer.delta", "answer.block", "answer.completed",
];
const TERMINAL = ["run.completed", "run.failed", "run.cancelled"];
const RETRY_AFTER = 2000;

/**
 * The browser reconnects by itself, from the last event. Where the service refuses that, the run is looked up:
 * if it is known the stream is opened anew (it repeats events that were already received), else it is gone.
 * @param {string} id
 * @param {Listener} listener
 * @returns {() => void} stop following
 */
export function follow(id, listener) {
  const url = `/runs/${encodeURIComponent(id)}`;
  let lost = false;
  let stopped = false;
  let source = open();

  function open() {
    const fresh = new EventSource(`${url}/events`);
    for (const type of [...TYPES, ...TERMINAL]) fresh.addEventListener(type, receive);
    fresh.addEventListener("open", returned);
    fresh.addEventListener("error", broken);
    return fresh;
  }

  /** @param {MessageEvent} message */
  function receive(message) {
    if (TERMINAL.includes(message.type)) stop();
    listener.event(JSON.parse(message.data));
  }

  function returned() {
    if (lost) listener.back();
    lost = false;
  }

  function broken() {
    if (stopped) return;
    if (!lost) listener.lost();
    lost = true;
    if (source.readyState === EventSource.CLOSED) lookUp();
  }

  async function lookUp() {
    const gone = await read(url).then(
      () => false,
      (error) => error instanceof RequestProblem && error.problem.status === 404,
    );
    if (stopped) return;
    if (gone) {
      stop();
      listener.gone();
    } else {
      setTimeout(() => {
        if (!stopped) source = open();
      }, RETRY_AFTER);
    }
  }

  function stop() {
    stopped = true;
    source.close();
  }

  return stop;
}
