/** What is connected: asked of the service after the first paint, and again while servers are still connecting. */

import * as api from "./net/api.js";

/** @import {Store} from "./controller.js" */

const AGAIN = 1500;
const TRIES = 20;

/** @param {Store} store */
export async function watchConnections(store) {
  ask("models", () => api.models());
  for (let tries = 0; tries < TRIES; tries++) {
    await Promise.all([
      ask("servers", async () => (await api.servers()).servers),
      ask("tools", async () => (await api.tools()).tools),
    ]);
    if (!store.state.servers?.some((server) => server.status === "connecting")) return;
    await new Promise((resolve) => setTimeout(resolve, AGAIN));
  }

  /**
   * A question that finds no answer leaves its part of the state line out: asking a question will tell why.
   * @param {"models"|"servers"|"tools"} what
   * @param {() => Promise<unknown>} read
   */
  async function ask(what, read) {
    try {
      store.dispatch({ type: what, [what]: await read() });
    } catch (error) {
      if (!(error instanceof api.RequestProblem)) throw error;
    }
  }
}
