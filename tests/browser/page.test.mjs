/** The page's reducer: asking, being refused, losing the connection, opening threads. */

import assert from "node:assert/strict";
import test from "node:test";

import { EMPTY, liveRun, reduce } from "../../static/js/state/page.js";

const play = (...actions) => actions.reduce(reduce, EMPTY);
const asked = { type: "asked", key: "k", query: "Why?" };
const accepted = { type: "accepted", key: "k", id: "r1", threadId: "t1" };
const event = (seq, type, data, at = seq) => ({
  type: "event", key: "k", received: 10_000 + at * 1000, event: { seq, run_id: "r1", at, type, message: "", data },
});
const notice = { kind: "error", happened: "Full." };

test("a question stands on the page before the service has taken it", () => {
  const state = play(asked);
  assert.equal(state.runs[0].run.status, "asking");
  assert.equal(liveRun(state).key, "k");
});

test("a refused question goes back into the box and leaves no run behind", () => {
  const state = play(asked, { type: "refused", key: "k", notice });
  assert.deepEqual([state.runs, state.draft, state.notice], [[], { text: "Why?", version: 1 }, notice]);
});

test("a refused follow-up leaves the thread as it was", () => {
  const state = play(asked, accepted, event(1, "run.failed", { status: "failed", error: "x" }), { ...asked, key: "k2" }, { type: "refused", key: "k2", notice });
  assert.deepEqual(state.runs.map((shown) => shown.key), ["k"]);
  assert.equal(state.threadId, "t1");
});

test("an accepted question keeps its key, so that nothing on the page is made anew", () => {
  const state = play(asked, accepted);
  assert.deepEqual([state.runs[0].key, state.runs[0].run.id, state.threadId], ["k", "r1", "t1"]);
});

test("the run's beginning is the earliest that fits every event", () => {
  const late = { ...event(1, "run.started", { query: "Why?" }, 0), received: 15_000 };
  const state = play(asked, accepted, late, event(2, "tools.discovered", { servers: [], tools: 0 }, 4));
  assert.equal(state.runs[0].origin, 10_000);
});

test("a run that the service no longer knows ends as failed and keeps what was shown", () => {
  const task = { id: "t1", tool: "x" };
  const state = play(asked, accepted, event(1, "plan.task", { task }), { type: "gone", key: "k", error: "Forgotten." });
  const { run } = state.runs[0];
  assert.deepEqual([run.status, run.error, run.tasks[0].status], ["failed", "Forgotten.", "cancelled"]);
  assert.equal(liveRun(state), undefined);
});

test("a stop that did not reach the service can be tried again", () => {
  const state = play(asked, accepted, { type: "stopping", key: "k" }, { type: "stopFailed", key: "k", notice });
  assert.deepEqual([state.runs[0].stopping, state.notice], [false, notice]);
});

test("an opened task opens the strip, and closing it leaves the strip open", () => {
  const open = play(asked, accepted, { type: "task", key: "k", id: "t1" });
  assert.deepEqual([open.runs[0].task, open.runs[0].strip], ["t1", true]);
  assert.equal(reduce(open, { type: "task", key: "k", id: null }).runs[0].strip, true);
});

test("opening another thread empties the page first; one that is not kept leaves it empty with a reason", () => {
  const state = play(asked, accepted, { type: "threadOpening", threadId: "t9" });
  assert.deepEqual([state.runs, state.threadId, state.opening], [[], "t9", true]);
  const missing = reduce(state, { type: "threadMissing", notice });
  assert.deepEqual([missing.threadId, missing.opening, missing.notice], [null, false, notice]);
});

test("a large result that was fetched takes its place in the task", () => {
  const state = play(asked, accepted, event(1, "task.started", { id: "t1", tool: "x" }),
    event(2, "task.completed", { id: "t1", tool: "x", duration: 1, result_url: "/runs/r1/tasks/t1" }),
    { type: "result", key: "k", id: "t1", result: { big: true }, content: [] });
  assert.deepEqual([state.runs[0].run.tasks[0].result, state.runs[0].run.tasks[0].resultUrl], [{ big: true }, null]);
});

test("an action or an event of an unknown kind changes nothing that is shown", () => {
  const state = play(asked, accepted);
  assert.equal(reduce(state, { type: "unheard of" }), state);
  assert.deepEqual(reduce(state, event(1, "run.sneezed", {})).runs[0].run.tasks, []);
});

test("a conversation that was deleted stays in the list, to be had back", () => {
  const list = { type: "history", threads: [{ id: "t1", title: "Old" }, { id: "t2", title: "Other" }] };
  const deleted = play(list, { type: "deleted", threadId: "t1" });
  assert.deepEqual([deleted.history.threads.length, deleted.history.deleted], [2, ["t1"]]);
  assert.deepEqual(reduce(deleted, { type: "restored", threadId: "t1" }).history.deleted, []);
  assert.equal(reduce(deleted, { type: "renamed", threadId: "t2", title: "New" }).history.threads[1].title, "New");
});
