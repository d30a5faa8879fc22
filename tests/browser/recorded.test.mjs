/** The page's reducer makes of recorded events what the service's own record makes of them (test_recorded.py). */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";

import { runOf } from "../../static/js/state/opened.js";
import { newRun, reduceRun } from "../../static/js/state/run.js";

const folder = new URL("recorded/", import.meta.url);

for (const name of readdirSync(folder)) {
  const { events, expected } = JSON.parse(readFileSync(new URL(name, folder), "utf8"));
  const replay = (events) => events.reduce(reduceRun, newRun("run-1", "", "queued"));

  test(`${name}: the replayed run is the recorded one`, () => {
    assert.deepEqual(summary(replay(events)), expected);
  });

  test(`${name}: the run that is opened again from its report is the one that was replayed`, () => {
    const report = JSON.parse(readFileSync(`${process.env.REPORTS}/${name}`, "utf8"));
    assert.deepEqual(shown(runOf(report)), shown(replay(events)));
  });

  test(`${name}: events that are repeated, as after a reconnection, change nothing`, () => {
    for (let lost = 1; lost < events.length; lost++) {
      const again = [...events.slice(0, lost), ...events];
      assert.deepEqual(replay(again), replay(events));
    }
  });

  test(`${name}: no event changes the state it came to`, () => {
    let run = newRun("run-1", "", "queued");
    for (const event of events) {
      const before = structuredClone(run);
      const next = reduceRun(run, event);
      assert.deepEqual(run, before);
      run = next;
    }
  });
}

function summary(run) {
  return {
    status: run.status,
    query: run.query,
    model: run.model,
    planner: run.planner,
    answer: run.answer?.text ?? null,
    sources: run.answer?.sources.map((source) => source.id) ?? [],
    steps: run.steps.map((step) => step.text),
    error: run.error,
    total: run.timings.total,
    tasks: run.tasks.map((task) => ({
      id: task.id,
      tool: task.tool,
      server: task.server,
      purpose: task.purpose,
      status: task.status,
      attempts: task.attempts.length,
      cached: task.cached,
      started_at: task.attempts[0]?.from ?? null,
      duration: task.duration,
      error: task.error,
    })),
  };
}

/** What of a run is shown, without what is only fetched when it is asked for. */
function shown({ lastSeq, servers, toolCount, found, planner, timings, usage, ...run }) {
  const answer = run.answer && { ...run.answer, blocks: run.answer.blocks.join("").replace(/>\s+</g, "><").trim() };
  const tasks = run.tasks.map(({ result, resultUrl, content, progress, ...task }) => task);
  return { ...run, answer, tasks, total: timings.total };
}
