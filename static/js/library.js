/** The reader's earlier conversations: finds, renames and deletes them in the service, and dispatches what becomes of it. */

import { explain } from "./derive/problem.js";
import * as api from "./net/api.js";
import { RequestProblem } from "./net/request.js";

/** @import {Controller, Store} from "./controller.js" */
/** @import {Problem} from "./derive/problem.js" */
/** @typedef {ReturnType<typeof createLibrary>} Library */

const PAGE = "50";

/**
 * @param {Store} store
 * @param {Controller} controller
 */
export function createLibrary(store, controller) {
  let latest = new AbortController();
  /** The conversation that was on the page when it was deleted. @type {string|null} */
  let left = null;

  /** @param {{query: string, cursor?: string}} what */
  async function list({ query, cursor }) {
    latest.abort();
    latest = new AbortController();
    const before = cursor ? store.state.history : { threads: [], deleted: [] };
    store.dispatch({ type: "history", query, status: "loading", problem: null });
    try {
      const filter = { limit: PAGE, ...(query && { q: query }), ...(cursor && { cursor }) };
      const found = await api.threads(filter, latest.signal);
      const threads = [...before.threads, ...found.threads];
      store.dispatch({ type: "history", status: "ready", threads, deleted: before.deleted, next: found.next_cursor });
    } catch (error) {
      if (error instanceof RequestProblem) store.dispatch({ type: "history", status: "failed", problem: explain(error.problem, "list") });
    }
  }

  /**
   * What went wrong is told in the drawer: it covers the page.
   * @param {"rename"|"forget"|"restore"} doing
   * @param {() => Promise<void>} work
   */
  async function attempt(doing, work) {
    store.dispatch({ type: "history", problem: null });
    try {
      await work();
    } catch (error) {
      if (!(error instanceof RequestProblem)) throw error;
      store.dispatch({ type: "history", problem: explain(error.problem, doing) });
    }
  }

  return {
    find: (/** @type {string} */ text) => list({ query: text.trim() }),
    more() {
      const { query, next } = store.state.history;
      return next ? list({ query, cursor: next }) : undefined;
    },
    open: (/** @type {string|null} */ threadId) => controller.goTo(threadId),
    /**
     * @param {string} threadId
     * @param {string} title
     */
    rename: (threadId, title) =>
      attempt("rename", async () => {
        const renamed = await api.rename(threadId, title);
        store.dispatch({ type: "renamed", threadId, title: renamed.title });
      }),
    /** @param {string} threadId */
    forget: (threadId) =>
      attempt("forget", async () => {
        await api.forget(threadId);
        store.dispatch({ type: "deleted", threadId });
        if (threadId !== store.state.threadId) return;
        left = threadId;
        controller.goTo(null);
      }),
    /** @param {string} threadId that was deleted */
    restore: (threadId) =>
      attempt("restore", async () => {
        await api.restore(threadId);
        store.dispatch({ type: "restored", threadId });
        if (threadId === left && store.state.threadId === null && store.state.runs.length === 0) controller.goTo(threadId);
        if (threadId === left) left = null;
      }),
  };
}
