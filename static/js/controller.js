/** Carries out what the reader asks for: sends requests and dispatches their outcome to the store. */

import { fieldsOf, rememberWishes } from "./asking/wishes.js";
import { createConnector } from "./connector.js";
import * as api from "./net/api.js";
import { follow } from "./net/follow.js";
import { addressOf } from "./net/place.js";
import { noticeOf } from "./net/request.js";
import { createOpening } from "./opening.js";
import { liveRun } from "./state/page.js";

/** @import {Page} from "./types.js" */
/** @import {Action} from "./state/page.js" */
/** @typedef {{state: Page, dispatch: (action: Action) => void}} Store */
/** @typedef {ReturnType<typeof createController>} Controller */

const GONE = "The service was started anew and no longer knows this run. What is shown here stays; ask again for an answer.";

/** @param {Store} store */
export function createController(store) {
  /** @type {Map<string, () => void>} */
  const following = new Map();
  const tabs = new BroadcastChannel("asked");
  const opening = createOpening(store, { listen, leave });
  let asked = 0;

  tabs.addEventListener("message", ({ data }) => data === store.state.threadId && opening.catchUp());

  /** @param {string} query */
  async function ask(query) {
    const { threadId, wishes, tools } = store.state;
    await begin(query, () => api.ask({ query, ...(threadId && { thread_id: threadId }), ...fieldsOf(wishes, tools) }), "ask");
  }

  /** @param {Partial<import("./types.js").Wishes>} wishes */
  function wish(wishes) {
    store.dispatch({ type: "wishes", wishes });
    rememberWishes(store.state.wishes);
  }

  /** Ask what waits to be asked, once nothing is under way. */
  function askNext() {
    const { queue, opening } = store.state;
    if (queue.length === 0 || opening || liveRun(store.state)) return;
    store.dispatch({ type: "next" });
    ask(queue[0]);
  }

  /**
   * Go on from a run in a new one: what failed once more, another answer from the same outcomes, or a plan that was only made.
   * @param {string} key
   * @param {'retry'|'synthesize'|'start'} how
   * @param {object} [body]
   */
  async function goOn(key, how, body = {}) {
    const run = store.state.runs.find((shown) => shown.key === key)?.run;
    const id = run?.id;
    if (run && id) await begin(run.query, () => api.goOn(id, how, body), how);
  }

  /**
   * @param {string} key
   * @param {string|null} [task] null: all that did not complete
   * @param {Object<string, unknown>} [given] other arguments for that task
   */
  const retry = (key, task = null, given) => goOn(key, "retry", { ...(task !== null && { task_id: task }), ...(given && { arguments: given }) });

  /**
   * Keep a run's plan as a workflow.
   * @param {string} key
   * @param {string} name
   * @returns {Promise<boolean>} whether that worked
   */
  async function saveWorkflow(key, name) {
    const run = store.state.runs.find((shown) => shown.key === key)?.run;
    try {
      await api.saveWorkflow(run?.id ?? "", name);
      return true;
    } catch (error) {
      store.dispatch({ type: "notice", notice: noticeOf(error, "workflow") });
      return false;
    }
  }

  /**
   * @param {string} query
   * @param {() => Promise<{id: string, thread_id: string}>} post
   * @param {'ask'|'retry'|'synthesize'|'start'} doing
   */
  async function begin(query, post, doing) {
    if (!query.trim()) return;
    if (liveRun(store.state)) return store.dispatch({ type: "draft", text: query }); // it began a moment ago
    const key = `asked-${++asked}`;
    const { threadId } = store.state;
    store.dispatch({ type: "asked", key, query });
    try {
      const run = await post();
      if (!store.state.runs.some((shown) => shown.key === key)) return;
      store.dispatch({ type: "accepted", key, id: run.id, threadId: run.thread_id });
      if (threadId === null) history.pushState(null, "", addressOf(run.thread_id));
      tabs.postMessage(run.thread_id);
      listen(key, run.id);
    } catch (error) {
      store.dispatch({ type: "refused", key, notice: noticeOf(error, doing) });
    }
  }

  async function stop() {
    const live = liveRun(store.state);
    if (!live?.run.id || live.stopping) return;
    store.dispatch({ type: "stopping", key: live.key });
    await api.cancel(live.run.id).catch((error) => {
      store.dispatch({ type: "stopFailed", key: live.key, notice: noticeOf(error, "stop") });
    });
  }

  /**
   * @param {string} key
   * @param {string} id
   */
  function listen(key, id) {
    const to = (/** @type {Action} */ action) => store.dispatch({ ...action, key });
    following.set(key, follow(id, {
      event: (event) => to({ type: "event", event, received: performance.now() }),
      lost: () => to({ type: "away", since: performance.now() }),
      back: () => to({ type: "back" }),
      ended: (report) => to({ type: "ended", report }),
      gone: () => to({ type: "gone", error: GONE }),
    }));
  }

  /** Follow nothing any more. */
  function leave() {
    for (const unfollow of following.values()) unfollow();
    following.clear();
  }

  /**
   * A result too large for an event.
   * @param {string} key
   * @param {string} id
   * @param {string} url
   */
  async function fetchResult(key, id, url) {
    try {
      const task = await api.read(url);
      store.dispatch({ type: "result", key, id, result: task.result, content: task.content });
    } catch (error) {
      store.dispatch({ type: "notice", notice: noticeOf(error, "result") });
    }
  }

  /**
   * Say whether a task may run, or answer what its server asks.
   * @param {string} key
   * @param {string} id of the task
   * @param {import("./views/tasks/ask.js").Word} word
   */
  async function decide(key, id, word) {
    const run = store.state.runs.find((shown) => shown.key === key)?.run;
    if (!run?.id) return;
    await api.decide(run.id, id, word).catch((error) => {
      store.dispatch({ type: "notice", notice: noticeOf(error, "decide") });
    });
  }

  return { ask, askNext, wish, retry, goOn, saveWorkflow, stop, fetchResult, decide, ...opening, ...createConnector(store), dispatch: store.dispatch };
}
