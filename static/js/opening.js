/** Opens conversations: the one that the address names, its earlier runs, and what was asked in it elsewhere. */

import * as api from "./net/api.js";
import { addressOf } from "./net/place.js";
import { RequestProblem, noticeOf } from "./net/request.js";
import { isWhole } from "./state/opened.js";

/** @import {Store} from "./controller.js" */

/**
 * @param {Store} store
 * @param {{listen: (key: string, id: string) => void, leave: () => void}} runs how a run is followed, and all are left
 */
export function createOpening(store, { listen, leave }) {
  /** Show what the address names. */
  async function openAddress() {
    const threadId = new URLSearchParams(location.search).get("thread");
    leave();
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

  /** Show what was asked in this conversation elsewhere: in another tab, or on another machine. */
  async function catchUp() {
    const { threadId, runs: shown } = store.state;
    if (threadId === null || shown.some(({ run }) => run.id === null)) return;
    const found = await api.conversation(threadId).catch(() => null); // then it is seen the next time
    if (found === null || threadId !== store.state.threadId || store.state.runs !== shown) return;
    const newest = Math.max(...found.runs.map(({ id }) => shown.findIndex(({ run }) => run.id === id)));
    const unknown = found.runs.filter(({ id }) => shown.every(({ run }) => run.id !== id)).toReversed();
    if (unknown.length === 0 || newest < shown.length - 1) return;
    store.dispatch({ type: "threadGrown", runs: unknown, origins: api.origins(unknown, found.serverTime) });
    for (const run of unknown) if (!isWhole(run)) listen(run.id, run.id);
  }

  /** @param {string|null} threadId null: a new conversation */
  function goTo(threadId) {
    history.pushState(null, "", addressOf(threadId));
    return openAddress();
  }

  return { openAddress, openEarlier, catchUp, goTo };
}
