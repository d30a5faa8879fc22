/** One task's row: its name, its bar on the shared axis, its time; a touch opens the task. */

import { purposeInWords } from "../../derive/purpose.js";
import { pieces } from "../../derive/timeline.js";
import { counting, duration } from "../../derive/words.js";
import { freshness, icon, keyed, part } from "../../dom/elements.js";

/** @import {Task} from "../../types.js" */
/** @import {Piece} from "../../derive/timeline.js" */
/** @typedef {{from: number, to: number, now: number, critical: Set<string>, opened: string|null}} Frame */

const ICONS = {
  queued: "ring", waiting: "hand", running: "spinner", retrying: "again", completed: "check", failed: "cross", skipped: "skip", cancelled: "stop",
};
const WORDS = {
  queued: "waiting", waiting: "asks you", running: "running", retrying: "trying again", completed: "completed", failed: "failed", skipped: "skipped",
  cancelled: "stopped",
};

/**
 * @param {HTMLElement} row
 * @param {(id: string) => void} open
 */
export function mountBar(row, open) {
  const button = part(row, "open");
  const track = part(row, "track");
  const named = freshness();
  const placed = freshness();
  button.addEventListener("click", () => open(/** @type {string} */ (button.dataset.task)));

  const showPieces = keyed(track, {
    template: "piece",
    key: (/** @type {Piece & {index: number}} */ { index }) => String(index),
    mount: (piece) => ({
      update({ kind, from, to }, /** @type {Frame} */ frame) {
        const length = frame.to - frame.from;
        piece.dataset.kind = kind;
        piece.style.left = `${((from - frame.from) / length) * 100}%`;
        piece.style.width = `${((to - from) / length) * 100}%`;
      },
    }),
  });

  /**
   * @param {Task} task
   * @param {Frame} frame
   */
  function update(task, frame) {
    const critical = frame.critical.has(task.id);
    const opened = frame.opened === task.id;
    if (named(task, critical, opened, frame.critical.size > 0)) name(task, critical, opened);
    if (!placed(task, frame.from, frame.to, task.endedAt ?? frame.now)) return;
    showPieces(pieces(task, frame.now).map((piece, index) => ({ ...piece, index })), frame);
    const time = timeOf(task, frame.now);
    const seconds = part(row, "seconds");
    if (seconds.textContent !== time) seconds.textContent = time;
  }

  /**
   * @param {Task} task
   * @param {boolean} critical
   * @param {boolean} opened
   */
  function name(task, critical, opened) {
    row.dataset.status = task.status;
    row.toggleAttribute("data-critical", critical);
    row.toggleAttribute("data-cached", task.cached);
    button.dataset.task = task.id;
    button.setAttribute("aria-expanded", String(opened));
    icon(part(row, "icon"), ICONS[task.status]);
    part(row, "tool").textContent = task.tool;
    const purpose = purposeInWords(task);
    part(row, "purpose").textContent = purpose;
    button.title = [`${task.id}: ${task.tool}`, purpose, task.error].filter(Boolean).join("\n");
    const time = task.duration === null ? "" : ` in ${duration(task.duration)}`;
    part(row, "spoken").textContent = `${task.cached ? "from the cache" : WORDS[task.status]}${time}`;
  }

  return { update };
}

/**
 * @param {Task} task
 * @param {number} now
 */
function timeOf(task, now) {
  if (task.status === "skipped") return "skipped";
  if (task.status === "waiting") return "asks you";
  if (task.status === "cancelled") return "stopped"; // after how long is not always known
  if (task.cached) return "cached";
  const from = task.attempts[0]?.from;
  if (from === undefined) return task.status === "queued" ? "waits" : "stopped";
  if (task.progress?.total) return `${+task.progress.progress.toFixed(1)} / ${+task.progress.total.toFixed(1)}`;
  if (task.endedAt === null) return counting(now - from);
  return duration(task.duration ?? task.endedAt - from);
}
