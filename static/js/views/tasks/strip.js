/** The strip: four phases with their times, and under them the work. Folds to the phases when the answer begins. */

import { phases } from "../../derive/phases.js";
import { criticalPath, savings, workIsOver } from "../../derive/timeline.js";
import { count, counting, duration, modelUsage } from "../../derive/words.js";
import { freshness, icon, part, say } from "../../dom/elements.js";
import { hasEnded } from "../../state/run.js";
import { mountChart } from "./chart.js";
import { mountTask } from "./task.js";

/** @import {Run, Shown} from "../../types.js" */
/** @import {Controller} from "../../controller.js" */

const QUEUED = "Waiting to begin …";
const WRITING = "Tasks appear here as they are written.";
const ICONS = { waiting: "ring", running: "spinner", done: "check", failed: "cross", stopped: "stop" };

/**
 * @param {HTMLElement} el
 * @param {Controller} actions
 */
export function mountStrip(el, actions) {
  const toggle = part(el, "toggle");
  const body = part(el, "body");
  const chart = mountChart(part(el, "chart"), part(el, "task"), (id) => open(id), (id, word) => actions.decide(key, id, word));
  const panel = mountTask(part(el, "task"), actions, () => open(null));
  const still = freshness();
  let key = "";
  let wasOpen = true;
  /** @type {string|null} */
  let opened = null;

  /** @param {string|null} id */
  function open(id) {
    const same = id !== null && id === opened;
    const leaving = opened;
    actions.dispatch({ type: "task", key, id: same ? null : id });
    if (id === null || same) chart.focus(leaving);
  }

  toggle.addEventListener("click", () => actions.dispatch({ type: "strip", key, open: !wasOpen }));

  /**
   * @param {Shown} shown
   * @param {number} now seconds since the run began
   */
  function update(shown, now) {
    if (!still(shown, hasEnded(shown.run) ? 0 : now)) return;
    const { run } = shown;
    key = shown.key;
    opened = shown.task;
    fold(shown);
    for (const phase of phases(run, now)) showPhase(part(el, `phase-${phase.name}`), phase);
    const over = workIsOver(run);
    el.toggleAttribute("data-over", over);
    say(part(el, "summary"), run.waiting ?? (over ? summary(run) : ""));
    say(part(el, "empty"), run.tasks.length > 0 || hasEnded(run) ? "" : run.lastSeq > 0 ? WRITING : QUEUED);
    if (!wasOpen) return;
    panel.update(shown);
    chart.update(run, now, { critical: over ? criticalPath(run.tasks) : new Set(), opened });
  }

  /**
   * Never fold under the pointer or the focus: what the reader is at stays where it is.
   * @param {Shown} shown
   */
  function fold({ strip, run }) {
    const wanted = strip ?? (run.answerFrom === null || run.tasks.some((task) => task.asking !== null));
    const busy = body.matches(":hover") || body.contains(document.activeElement);
    const now = wanted || (strip === null && wasOpen && busy);
    toggle.setAttribute("aria-expanded", String(now));
    body.toggleAttribute("inert", !now);
    wasOpen = now;
  }

  return { update };
}

/**
 * @param {HTMLElement} el
 * @param {import("../../derive/phases.js").Phase} phase
 */
function showPhase(el, phase) {
  el.dataset.state = phase.state;
  icon(part(el, "icon"), ICONS[phase.state]);
  const inWords = phase.state === "running" ? counting : duration;
  const time = phase.seconds === null ? "" : inWords(phase.seconds);
  const seconds = part(el, "seconds");
  if (seconds.textContent !== time) seconds.textContent = time;
  part(el, "state").textContent = phase.state;
}

/** @param {Run} run */
function summary(run) {
  const saved = savings(run.tasks);
  const failed = run.tasks.filter((task) => task.status === "failed").length;
  const parts = [
    count(run.tasks.length, "task") + (failed ? `, ${failed} failed` : ""),
    saved && duration(saved.serial) !== duration(saved.together) ? `one after another ${duration(saved.serial)}, together ${duration(saved.together)}` : "",
    modelUsage(run.usage),
  ];
  return parts.filter(Boolean).join(" · ");
}
