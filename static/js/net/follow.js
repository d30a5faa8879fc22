/** Follows a run by its id: passes its events on, and whether the connection is lost or back, until the run has ended. */

import { isWhole } from "../state/opened.js";
import { eventsSoFar, read } from "./api.js";
import { here } from "./place.js";
import { RequestProblem } from "./request.js";
import { onTurn, takeSlot } from "./slots.js";

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
const TOO_OFTEN = 429;
const AGAIN = 1000;
const LOOK_AGAIN = 15_000;

/**
 * A tab that is seen streams, if it finds a slot for that; else it asks each second for what has come. A hidden one asks
 * now and then. The browser reconnects a stream by itself, after the last event. Where it gives up, as at a proxy's 502,
 * the tab asks, and then streams anew. Where the connection was lost in between, the run's report tells how it ended:
 * what a service that died had told last, it may not have kept.
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
  const leaving = new AbortController();
  /** Ends what is waited for: the stream, or a pause. */
  let wake = () => {};
  onTurn(() => wake(), leaving.signal);
  goOn();

  async function goOn() {
    while (!stopped) {
      const giveBack = await takeSlot();
      if (giveBack && !stopped && !document.hidden) await stream();
      giveBack?.();
      if (!stopped) await catchUp();
      if (!stopped) await pause(document.hidden ? LOOK_AGAIN : AGAIN);
    }
  }

  /** @returns {Promise<void>} until something changes, or the browser gives up */
  const stream = () =>
    new Promise((resolve) => {
      const source = new EventSource(`${here(url)}/events${last > 0 ? `?after=${last}` : ""}`);
      wake = () => {
        source.close();
        resolve();
      };
      for (const type of [...TYPES, ...TERMINAL]) source.addEventListener(type, ({ data }) => receive(JSON.parse(data)));
      source.addEventListener("open", returned);
      source.addEventListener("error", () => (source.readyState === EventSource.CLOSED ? wake() : broken()));
    });

  /** @param {number} time in milliseconds @returns {Promise<void>} */
  const pause = (time) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, time);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  async function catchUp() {
    const come = await eventsSoFar(id, last).catch((error) => failed(error));
    if (stopped || come === undefined) return;
    returned();
    if (come === null) await lookUp();
    else come.forEach(receive);
  }

  /** @param {unknown} error */
  function failed(error) {
    const status = error instanceof RequestProblem ? error.problem.status : 0;
    if (stopped || status === TOO_OFTEN) return;
    if (status === 404) end(listener.gone);
    else broken();
  }

  /** @param {RunEvent} event */
  function receive(event) {
    if (stopped) return;
    last = Math.max(last, event.seq);
    const isEnd = TERMINAL.includes(event.type);
    if (isEnd) stop();
    if (isEnd && wasLost) lookUp().then((ended) => ended || listener.event(event));
    else listener.event(event);
  }

  function returned() {
    if (lost) listener.back();
    lost = false;
  }

  function broken() {
    if (!lost) listener.lost();
    lost = true;
    wasLost = true;
  }

  /** Whether the run has ended, or is not kept; then nothing is left to follow. */
  async function lookUp() {
    const report = await read(url).catch((error) => {
      if (error instanceof RequestProblem) return error.problem.status === 404 ? "gone" : null;
      throw error;
    });
    if (stopped && !wasLost) return true;
    if (report === null || (report !== "gone" && !isWhole(report))) return false;
    end(() => (report === "gone" ? listener.gone() : listener.ended(report)));
    return true;
  }

  /** @param {() => void} tell */
  function end(tell) {
    returned();
    stop();
    tell();
  }

  function stop() {
    stopped = true;
    leaving.abort();
    wake();
  }

  return stop;
}
