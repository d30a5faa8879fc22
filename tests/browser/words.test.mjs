/** What the page says: the live region, errors, examples, the state line, days, unfinished Markdown, what is missing. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { announcement } from "../../static/js/derive/announce.js";
import { byDay } from "../../static/js/derive/days.js";
import { examples } from "../../static/js/derive/examples.js";
import { readable } from "../../static/js/derive/excerpts.js";
import { colophon, missing } from "../../static/js/derive/missing.js";
import { purposeInWords } from "../../static/js/derive/purpose.js";
import { explain } from "../../static/js/derive/problem.js";
import { readiness } from "../../static/js/derive/readiness.js";
import { readTail } from "../../static/js/derive/tail.js";
import { counting, duration, grouped, host, isWeb, modelInOneLine, modelUsage } from "../../static/js/derive/words.js";
import { newRun, reduceRun } from "../../static/js/state/run.js";

const recorded = (name) => JSON.parse(readFileSync(new URL(`recorded/${name}.json`, import.meta.url), "utf8")).events;
const replay = (name) => recorded(name).reduce(reduceRun, newRun("run-1", "", "queued"));

test("the live region tells each phase once, the end, and no tokens", () => {
  let run = newRun("run-1", "", "queued");
  const said = [];
  for (const event of recorded("partial")) {
    const next = reduceRun(run, event);
    said.push(announcement(run, next));
    run = next;
  }
  assert.deepEqual(said.filter(Boolean), [
    "Looking for tools.", "Planning.", "Working.", "Writing the answer.",
    "The answer is complete, with 1 source; parts are missing.",
  ]);
});

test("the live region tells why there is no answer", () => {
  assert.match(announcement(newRun("run-1", ""), replay("failed")), /^No answer\. Every task failed\./);
});

test("every error says what happened, what is still fine and what to do, and never a bare code", () => {
  for (const status of [0, 400, 401, 404, 409, 413, 422, 429, 500, 503]) {
    for (const doing of ["ask", "stop", "open", "list", "forget"]) {
      const { happened, fine, todo } = explain({ status, detail: "", fields: [], retryAfter: null }, doing);
      for (const part of [happened, fine, todo]) assert.match(part, /^[A-Z].*\.$/, `${status} ${doing}: ${part}`);
      assert.doesNotMatch(happened, /\d{3}/);
    }
  }
});

test("a refused question names each bad field, and a full service says when to come back", () => {
  const fields = [{ field: "query", message: "must not be blank" }];
  assert.match(explain({ status: 422, detail: "", fields, retryAfter: null }, "ask").happened, /query: must not be blank/);
  assert.match(explain({ status: 429, detail: "Full.", fields: [], retryAfter: "5" }, "ask").todo, /in 5 s/);
});

test("examples fit the tools at hand and are three or four, each once", () => {
  const tools = [tool("search_python_docs"), tool("read_python_doc", "Reads a page of the Python documentation"), tool("search_documents")];
  const asked = examples(tools);
  assert.equal(asked[0], "How do I run several coroutines at once in asyncio and wait for all of them?");
  assert.ok(asked.length >= 3 && asked.length <= 4);
  assert.equal(new Set(asked).size, asked.length);
  assert.ok(!asked.some((question) => question.includes("stories")));
});

test("tools nobody foresaw give questions in their own words, and no tools give none", () => {
  assert.match(examples([tool("measure_tides", "Measures the tides of a harbour. Needs a name.")])[0], /Measures the tides of a harbour”/);
  assert.deepEqual(examples([]), []);
  const helping = [{ ...tool("ask_model", "Asks"), server: "builtin" }, { ...tool("find_resources", "Finds"), server: "resources" }];
  assert.deepEqual(examples([...helping, { ...tool("create_entities", "Creates"), read_only: false }]), []);
});

test("the state line names the model and counts servers ready of servers configured", () => {
  const models = { models: [], writer: "qwen3:8b", planner: "qwen3:8b", error: null };
  const servers = [server("a", "ready"), server("b", "unavailable", "nothing answers"), server("c", "disabled")];
  assert.deepEqual(readiness({ models, servers }), { text: "qwen3:8b · 1 of 2 servers ready", todo: "", broken: ["b: nothing answers."], ready: false });
});

test("each server that cannot be used has its reason, with its name once; those that start or ask are not among them", () => {
  const asking = { ...server("e", "unavailable", "exited"), inputs: [{ id: "key" }] };
  const servers = [server("a", "connecting"), server("b", "unavailable", "b (npx it): exited"), server("c", "unavailable", "c, at http://x: refused"), asking];
  const { text, broken } = readiness({ models: null, servers });
  assert.equal(text, "0 of 4 servers ready, 1 still starting");
  assert.deepEqual(broken, ["b (npx it): exited.", "c, at http://x: refused."]);
});

test("without a model or a server the state line says what follows and what to do", () => {
  const models = { models: [], writer: null, planner: null, error: "Start Ollama" };
  const { text, todo } = readiness({ models, servers: [] });
  assert.match(text, /No model connected: answers will quote sources/);
  assert.match(todo, /Start Ollama\. No tool server is set up/);
});

test("before anything is known the state line claims nothing", () => {
  const off = [{ name: "a", status: "ready", transport: "stdio", tools: 1, error: null }, { name: "web", status: "disabled", transport: "stdio", tools: 0, error: "it is off" }];
  assert.equal(readiness({ models: { models: [], writer: "m", planner: "m", error: null }, servers: off }).ready, true);
  assert.deepEqual(readiness({ models: null, servers: null }).ready, false);
  assert.doesNotMatch(readiness({ models: null, servers: null }).text, /No model/);
});

test("history is conversations by day, each on the day of its newest question", () => {
  const now = new Date(2026, 4, 12, 9);
  const days = byDay([thread("t1", now), thread("t2", new Date(2026, 4, 11, 23)), thread("t3", new Date(2026, 4, 11, 22))], now);
  assert.deepEqual(days.map((day) => [day.name, day.threads.map(({ id }) => id)]), [["Today", ["t1"]], ["Yesterday", ["t2", "t3"]]]);
});

test("older days are named, with the year where it is another", () => {
  const now = new Date(2026, 4, 12, 9);
  const names = [new Date(2026, 4, 8), new Date(2026, 2, 1), new Date(2024, 2, 1)].map((day, place) => byDay([thread(`t${place}`, day)], now)[0].name);
  assert.deepEqual(names, ["Friday 8 May", "1 March", "1 March 2024"]);
});

test("unfinished Markdown is named by what it will be, without its marks", () => {
  const cases = [
    ["## With a gr", { kind: "heading", level: 2, text: "With a gr" }],
    ["Use a **task gro", { kind: "text", level: 0, text: "Use a task gro" }],
    ["call `gather", { kind: "text", level: 0, text: "call gather" }],
    ["- one\n- two", { kind: "list", level: 0, text: "•\u2002one\n•\u2002two" }],
    ["1. one", { kind: "list", level: 0, text: "1. one" }],
    ["```python\nx = 1\n", { kind: "code", level: 0, text: "x = 1" }],
    ["> said\n> so", { kind: "quote", level: 0, text: "said\nso" }],
    ["| a | **b** |\n|---|---|\n| c \\| d |", { kind: "table", level: 0, text: "a\tb\nc \\| d" }],
    ["see [the docs](https://exam", { kind: "text", level: 0, text: "see the docs" }],
    ["\n\n", { kind: "text", level: 0, text: "" }],
    ["a <b>tag</b>", { kind: "text", level: 0, text: "a <b>tag</b>" }],
  ];
  for (const [markdown, expected] of cases) assert.deepEqual(readTail(markdown), expected);
});

test("a task that reads what another found says it in words", () => {
  const planned = { id: "t2", tool: "echo", arguments: { text: "${t1[0].title}", more: "${t1[1]}" } };
  const purpose = "Look up: ${t1[0].title} and ${t1[1]}";
  assert.equal(purposeInWords({ purpose, planned, arguments: planned.arguments }), "Look up: what t1 found and what t1 found");
  assert.equal(purposeInWords({ purpose, planned, arguments: { text: "Lamps", more: { a: 1 } } }), "Look up: Lamps and what t1 found");
});

test("what is missing stands in one line, and a failed task is named once", () => {
  assert.equal(missing(replay("partial")), "1 of 5 tasks failed: What people say (nothing answers). 1 task could not run without.");
  assert.match(missing(replay("failed")), /^1 of 1 task failed: \S.* \(.+\)\.$/);
  const much = replay("partial");
  much.answer.leftOut = Array.from({ length: 9 }, (_, place) => ({ what: `p${place} t4`, why: "did not fit" }));
  assert.match(missing(much), /p2 t4 \(did not fit\) and 6 others\.$/);
});

test("what the answer itself says of a task is not said again below it", () => {
  const run = replay("partial");
  run.answer.text = "**Nothing found.**\n\n- t1: search\\_docs said: Not indexed yet: a\\_b. Ask again.\n- t2: search_stories found nothing";
  run.answer.leftOut = [
    { what: "t1: search_docs - Search the docs", why: "said: Not indexed yet: a_b. Ask again." },
    { what: "t2: search_stories - Search stories", why: "found nothing" },
    { what: "t3: search_docs - Search again", why: "said: Not indexed yet: a_b. Ask again." },
  ];
  assert.equal(missing({ ...run, tasks: [] }), "Left out: t3: search_docs - Search again (said: Not indexed yet: a_b. Ask again).");
});

test("the last line says who wrote, and says so when no model did", () => {
  assert.equal(colophon(replay("partial"), duration), "Written by qwen3:8b · 3.0 s · 40 tokens");
  assert.match(colophon(replay("fallback"), duration), /^Quoted from the sources, without a language model/);
});

test("what models were asked is told with its cost, and only where they were", () => {
  assert.equal(modelUsage(replay("partial").usage), "2 model calls, 940 tokens");
  assert.equal(modelUsage({ model_calls: 1, prompt_tokens: 1200, completion_tokens: 40, cost: 0.01234 }), "1 model call, 1,240 tokens, cost 0.012");
  assert.equal(modelUsage(replay("failed").usage), "");
  assert.equal(modelUsage(null), "");
});

test("only web addresses become links", () => {
  for (const url of ["javascript:alert(1)", "data:text/html,x", "doc://a.md#b", "//evil", "https://", ""]) assert.equal(isWeb(url), false, url);
  assert.equal(isWeb("HTTPS://docs.python.org/3/"), true);
  assert.equal(host("https://www.python.org/x"), "python.org");
  assert.equal(host("doc://a.md#b"), "doc://a.md#b");
});

test("a model is its name, with the figures of its card where it has one", () => {
  const card = { plans_by_model: 0.955, found: 0.9, found_offline: 0.8, cited: 0, seconds: 31.24 };
  assert.equal(modelInOneLine({ name: "smollm2:135m", card }), "smollm2:135m (plans 96 %, finds 90 %, cites 0 %, 31.2 s)");
  assert.deepEqual([null, undefined].map((none) => modelInOneLine({ name: "qwen3:8b", card: none })), ["qwen3:8b", "qwen3:8b"]);
});

test("times are as long as they need to be", () => {
  assert.deepEqual([0, 0.04, 0.26, 1.26].map(counting), ["0.0 s", "0.0 s", "0.3 s", "1.3 s"]);
  assert.deepEqual([0, 0.004, 0.14, 0.9994, 0.9996, 1.84, 59.96, 99.96, 125].map(duration), ["0 ms", "4 ms", "140 ms", "999 ms", "1.0 s", "1.8 s", "60.0 s", "1 min 40 s", "2 min 5 s"]);
});

const tool = (name, description = "") => ({ name, server: "s", title: "", description });
const server = (name, status, error = null) => ({ name, status, transport: "stdio", tools: 1, error });
const thread = (id, at) => ({ id, title: "?", created_at: "2026-01-01T00:00:00Z", changed_at: at.toISOString(), run_count: 1 });

test("rows of a Markdown table are read as their cells, and other text stays as it is", () => {
  for (const [written, shown] of [
    ["| Part | Interval | |---|---| | Boom | 6 months |", "Part · Interval; Boom · 6 months"],
    ["| Part | Interval |\n| :--- | ---: |\n| Boom | 6 months |\n| Rope | a week |", "Part · Interval; Boom · 6 months; Rope · a week"],
    ["Every part is checked: | Boom | 6 months |", "Every part is checked: · Boom · 6 months"],
    ["| a \\| b | `x` |", "a | b · `x`"],
    ["cat a | sort | head", "cat a | sort | head"],
    ["int | None, str | None", "int | None, str | None"],
    ["No table at all.", "No table at all."],
  ]) assert.equal(readable(written), shown);
});

test("large numbers are written in groups of three digits", () => {
  assert.deepEqual([0, 999, 1000, 12345, 1234567].map(grouped), ["0", "999", "1,000", "12,345", "1,234,567"]);
});
