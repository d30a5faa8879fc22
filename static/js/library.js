/** The reader's earlier conversations: looks them up in the service and dispatches what it finds to the store. */

import { noticeOf } from "./controller.js";
import { explain } from "./derive/problem.js";
import * as api from "./net/api.js";

/** @import {Controller, Store} from "./controller.js" */
/** @typedef {ReturnType<typeof createLibrary>} Library */

const PAGE = "50";

/**
 * @param {Store} store
 * @param {Controller} controller
 */
export function createLibrary(store, controller) {
  let latest = new AbortController();

  /** @param {{query: string, cursor?: string}} what */
  async function list({ query, cursor }) {
    latest.abort();
    latest = new AbortController();
    store.dispatch({ type: "history", query, status: "loading" });
    try {
      const filter = { limit: PAGE, ...(query && { q: query }), ...(cursor && { cursor }) };
      const found = await api.runs(filter, latest.signal);
      const runs = cursor ? [...store.state.history.runs, ...found.runs] : found.runs;
      store.dispatch({ type: "history", status: "ready", runs, next: found.next_cursor });
    } catch (error) {
      if (error instanceof api.RequestProblem) store.dispatch({ type: "history", status: "failed", problem: explain(error.problem, "list") });
    }
  }

  return {
    show() {
      store.dispatch({ type: "history", open: true });
      return list({ query: "" });
    },
    hide: () => store.dispatch({ type: "history", open: false }),
    find: (/** @type {string} */ text) => list({ query: text.trim() }),
    more() {
      const { query, next } = store.state.history;
      return next ? list({ query, cursor: next }) : undefined;
    },
    /** @param {string|null} threadId */
    open(threadId) {
      store.dispatch({ type: "history", open: false });
      return controller.goTo(threadId);
    },
    /** @param {string} threadId */
    async forget(threadId) {
      try {
        const { runs } = await api.runs({ thread_id: threadId, limit: "100" });
        for (const run of runs) await api.forget(run.id);
        store.dispatch({ type: "forgotten", threadId });
        if (threadId === store.state.threadId) controller.goTo(null);
      } catch (error) {
        store.dispatch({ type: "notice", notice: noticeOf(error, "forget") });
      }
    },
  };
}
