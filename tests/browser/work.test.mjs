/** What the strip shows: bars, their axis, the critical path, what was saved, the phases. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { dependenciesOf } from "../../static/js/derive/dependencies.js";
import { currentPhase, phases } from "../../static/js/derive/phases.js";
import { axis, criticalPath, pieces, savings, stretches, tickLabel, ticks, workIsOver } from "../../static/js/derive/timeline.js";
import { newRun, reduceRun } from "../../static/js/state/run.js";
import { linksOf } from "../../static/js/views/tasks/links.js";

const { events } = JSON.parse(readFileSync(new URL("recorded/partial.json", import.meta.url), "utf8"));

const after = (type) => {
  const last = events.findLastIndex((event) => event.type === type);
  return events.slice(0, last + 1).reduce(reduceRun, newRun("run-1", "", "queued"));
};
const whole = after("run.completed");
const task = (run, id) => run.tasks.find((each) => each.id === id);
const kinds = (run, id, now) => pieces(task(run, id), now).map((piece) => piece.kind);

test("a task that has not started is one growing piece of waiting", () => {
  const run = after("plan.task");
  assert.deepEqual(pieces(task(run, "t2"), 1.5), [{ kind: "wait", from: 0.8, to: 1.5 }]);
});

test("a retried task is split: waiting, the failed try, the pause, the good try", () => {
  assert.deepEqual(kinds(whole, "t2", 3), ["wait", "failed", "pause", "run"]);
});

test("a task between two tries shows the pause growing", () => {
  const run = after("task.retrying");
  assert.deepEqual(pieces(task(run, "t2"), 1.8).at(-1), { kind: "pause", from: 1.73, to: 1.8 });
});

test("pieces of a bar touch each other and never overlap", () => {
  for (const each of whole.tasks) {
    const bar = pieces(each, 3);
    bar.slice(1).forEach((piece, place) => assert.equal(piece.from, bar[place].to));
  }
});

test("a skipped task never ran", () => {
  assert.deepEqual(kinds(whole, "t5", 3), ["wait"]);
});

test("the axis begins with the first task and ends with the last once all have ended", () => {
  const { from, to } = axis(whole.tasks, 99);
  assert.deepEqual([from, to], [0.6, 2.43]);
});

test("the axis of running tasks has room to grow and holds still between its steps", () => {
  const run = after("plan.ready");
  assert.equal(axis(run.tasks, 1.3).to, axis(run.tasks, 1.35).to);
  assert.ok(axis(run.tasks, 5).to > 5);
});

test("an axis has three to six marks at round places", () => {
  for (const length of [0.01, 0.3, 1, 1.83, 7, 12, 59, 61, 3600]) {
    const marks = ticks(length);
    assert.ok(marks.length >= 3 && marks.length <= 6, `${length}: ${marks}`);
    assert.equal(marks[0], 0);
    assert.ok(marks.at(-1) <= length);
  }
});

test("an axis is marked in one unit from end to end", () => {
  const labels = (length) => ticks(length).map((at) => tickLabel(at, length));
  assert.deepEqual(labels(0.14), ["0", "50 ms", "100 ms"]);
  assert.deepEqual(labels(2.1), ["0", "0.5 s", "1 s", "1.5 s", "2 s"]);
  assert.deepEqual(labels(300), ["0", "1 min", "2 min", "3 min", "4 min", "5 min"]);
});

test("the critical path goes back from the task that ended last over what it waited for", () => {
  assert.deepEqual([...criticalPath(whole.tasks)], ["t2", "t1"]);
});

test("a cycle, which no accepted plan has, does not hang the critical path", () => {
  const [first, second] = whole.tasks;
  const cycle = [{ ...first, dependsOn: [second.id] }, { ...second, dependsOn: [first.id] }];
  assert.equal(criticalPath(cycle).size, 2);
});

test("what was saved counts the tasks that ran, end to end and together", () => {
  const saved = savings(whole.tasks);
  assert.ok(Math.abs(saved.serial - (0.8 + 0.162 + 1.0 + 1.0)) < 1e-9);
  assert.ok(Math.abs(saved.together - (2.43 - 0.61)) < 1e-9);
});

test("one call alone saved nothing", () => {
  assert.equal(savings(whole.tasks.slice(0, 1)), null);
});

test("the work is over when the answer begins, and not while a task runs", () => {
  assert.equal(workIsOver(after("plan.ready")), false);
  assert.equal(workIsOver(after("answer.started")), true);
});

test("every phase of an ended run has its time", () => {
  const times = Object.fromEntries(phases(whole, 99).map(({ name, seconds }) => [name, +seconds.toFixed(3)]));
  assert.deepEqual(times, { tools: 0.12, plan: 1.07, work: 1.82, answer: 0.45 });
});

test("work that starts while the plan is still written runs beside it", () => {
  const run = after("plan.task");
  assert.deepEqual(phases(run, 1.1).map(({ state }) => state), ["done", "running", "running", "waiting"]);
  assert.equal(currentPhase(run).name, "work");
});

test("a stopped run shows where it was stopped", () => {
  const shortened = [...events.filter((event) => event.at < 1.5), cancelled(1.5)];
  const run = shortened.map((event, place) => ({ ...event, seq: place + 1 })).reduce(reduceRun, newRun("run-1", "", "queued"));
  assert.equal(currentPhase(run), undefined);
  assert.deepEqual(phases(run, 9).map(({ state }) => state), ["done", "done", "done", "waiting"]);
  assert.equal(task(run, "t2").status, "cancelled");
});

test("the time in which a later round is planned is no work", () => {
  const { events: recorded } = JSON.parse(readFileSync(new URL("recorded/rounds.json", import.meta.url), "utf8"));
  const run = recorded.reduce(reduceRun, newRun("run-1", "", "queued"));
  const { serial, together } = savings(run.tasks);
  const spans = stretches(run.tasks);
  assert.ok(together <= serial && spans.length >= 2);
  assert.ok(spans.every(({ from, to }, place) => place === 0 || (spans[place - 1].to < from && from <= to)));
  const work = phases(run, 99).find(({ name }) => name === "work");
  assert.deepEqual([work.state, work.seconds.toFixed(6)], ["done", together.toFixed(6)]);
});

test("a reference makes a dependency, however deep it stands", () => {
  const planned = {
    id: "t9",
    tool: "x",
    arguments: { deep: [{ text: "of ${t1.pages[0].id} and ${join(', ', t-2.names)}" }] },
    for_each: "${t3.items[:3]}",
    when: "${length(t4) > `0`}",
    depends_on: ["t5"],
  };
  const found = dependenciesOf(planned);
  for (const id of ["t1", "t-2", "t3", "t4", "t5"]) assert.ok(found.includes(id), `${id} in ${found}`);
  assert.ok(!dependenciesOf({ ...planned, for_each: "${t3}", arguments: { id: "${item.id}" } }).includes("item"));
});

test("a line leads down from the end of a task to the start of the one that waited for it", () => {
  const links = linksOf(whole.tasks, { from: 0, to: 4, now: 3, critical: new Set(["t1", "t2"]), opened: null });
  assert.deepEqual(links[0], { path: "M352.5 0.5V1.5H357.5", critical: true });
  assert.equal(links.length, 2);
});

test("a run that waits for the model says so until the model gives something, or nobody waits any more", () => {
  const told = (...events) =>
    events.reduce((run, event, place) => reduceRun(run, { ...event, seq: place + 1, run_id: "run-1", at: place }), newRun("run-1", ""));
  const behind = { type: "model.waiting", message: "⏳ 2 before you", data: { before: 2, loading: false } };
  const loading = { type: "model.waiting", message: "⏳ Loading", data: { before: 0, loading: true } };
  const progress = { type: "task.progress", message: "", data: { id: "t1" } };
  assert.equal(told(behind, progress).waiting, "⏳ 2 before you");
  assert.equal(told(behind, loading).waiting, "⏳ Loading");
  for (const event of [
    { type: "model.waiting", message: "⏳ free", data: { before: 0, loading: false } },
    { type: "plan.fallback", message: "↩️", data: {} },
    { type: "answer.delta", message: "", data: { text: "A" } },
    { type: "run.failed", message: "💥", data: { status: "failed", error: "e" } },
  ]) {
    assert.equal(told(behind, event).waiting, null, event.type);
  }
});

function cancelled(at) {
  return { seq: 0, run_id: "run-1", at, type: "run.cancelled", message: "", data: { status: "cancelled", by: "user" } };
}
