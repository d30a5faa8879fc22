/** Carries out what the reader asks for: sends requests and dispatches their outcome to the store. */

import { createConnector } from "./connector.js";
import * as api from "./net/api.js";
import { follow } from "./net/follow.js";
import { addressOf } from "./net/place.js";
import { RequestProblem, noticeOf } from "./net/request.js";
import { isWhole } from "./state/opened.js";
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
  let asked = 0;

  /** @param {string} query */
  async function ask(query) {
    const { threadId, choice } = store.state;
    await begin(query, () => api.ask({ query, ...(threadId && { thread_id: threadId }), ...(choice && { model: choice }) }), "ask");
  }

  /**
   * Run again what failed in a run, or one of its tasks.
   * @param {string} key
   * @param {string|null} [task]
   */
  async function retry(key, task = null) {
    const run = store.state.runs.find((shown) => shown.key === key)?.run;
    const id = run?.id;
    if (run && id) await begin(run.query, () => api.retry(id, task), "retry");
  }

  /**
   * @param {string} query
   * @param {() => Promise<{id: string, thread_id: string}>} post
   * @param {'ask'|'retry'} doing
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

  /** Show what the address names. */
  async function openAddress() {
    const threadId = new URLSearchParams(location.search).get("thread");
    for (const unfollow of following.values()) unfollow();
    following.clear();
    store.dispatch({ type: "threadOpening", threadId });
    if (threadId === null) return;
    try {
      await openRuns(threadId);
    } catch (error) {
      const notice = noticeOf(error, "open");
      if (error instanceof RequestProblem && error.problem.status === 404) history.replaceState(null, "", addressOf(null));
      store.dispatch({ type: "threadMissing", notice });
    }
  }

  /** Show the runs of the conversation that come before those on the page. */
  async function openEarlier() {
    const { threadId, earlier } = store.state;
    if (threadId === null || earlier === null) return;
    await openRuns(threadId, earlier).catch((error) => {
      store.dispatch({ type: "notice", notice: noticeOf(error, "open") });
    });
  }

  /**
   * One request for all of them; only what is under way is followed.
   * @param {string} threadId
   * @param {string|null} [cursor]
   */
  async function openRuns(threadId, cursor = null) {
    const { runs, next_cursor, serverTime } = await api.conversation(threadId, cursor);
    if (threadId !== store.state.threadId || cursor !== store.state.earlier) return;
    store.dispatch({ type: "threadOpened", runs: runs.toReversed(), origins: api.origins(runs, serverTime), earlier: next_cursor });
    for (const run of runs) if (!isWhole(run)) listen(run.id, run.id);
  }

  /** @param {string|null} threadId null: a new conversation */
  function goTo(threadId) {
    history.pushState(null, "", addressOf(threadId));
    return openAddress();
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

  return { ask, retry, stop, openAddress, openEarlier, goTo, fetchResult, decide, ...createConnector(store), dispatch: store.dispatch };
}
