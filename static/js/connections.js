/** What is connected: asked of the service after the first paint, and again while servers are still connecting. */

import * as api from "./net/api.js";
import { RequestProblem } from "./net/request.js";

/** @import {Store} from "./controller.js" */

const AGAIN = 1500;
const MODELS_AGAIN = 15_000;
const TRIES = 20;
/** A server that installs itself may take five minutes. */
const AGAIN_LATER = 10_000;
const MORE_TRIES = 30;

/** @param {Store} store */
export async function watchConnections(store) {
  watchModels(store);
  // A sign-in happens in another tab: who comes back from it finds what has become of it.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && store.state.servers?.some((server) => server.sign_in)) watchServers(store);
  });
  await watchServers(store);
}

/**
 * A model server that is started after the page was opened is noticed.
 * @param {Store} store
 */
async function watchModels(store) {
  const look = () => ask(store, "models", () => api.models());
  const missing = () => !store.state.models?.writer && !document.hidden;
  document.addEventListener("visibilitychange", () => missing() && look());
  setInterval(() => missing() && look(), MODELS_AGAIN);
  await look();
}

/** @param {Store} store */
export async function watchServers(store) {
  for (let tries = 0; tries < TRIES + MORE_TRIES; tries++) {
    await Promise.all([
      ask(store, "servers", async () => (await api.servers()).servers),
      ask(store, "tools", async () => (await api.tools()).tools),
    ]);
    if (!store.state.servers?.some((server) => server.status === "connecting")) return;
    await new Promise((resolve) => setTimeout(resolve, tries < TRIES ? AGAIN : AGAIN_LATER));
  }
}

/**
 * A question that finds no answer leaves its part of the state line out: asking a question will tell why.
 * @param {Store} store
 * @param {"models"|"servers"|"tools"} what
 * @param {() => Promise<unknown>} read
 */
async function ask(store, what, read) {
  try {
    store.dispatch({ type: what, [what]: await read() });
  } catch (error) {
    if (!(error instanceof RequestProblem)) throw error;
  }
}
