/** Connects what answers need: a model that is fetched, servers that are given what they ask for or are switched. */

import { watchServers } from "./connections.js";
import * as api from "./net/api.js";
import { RequestProblem, noticeOf } from "./net/request.js";

/** @import {Store} from "./controller.js" */
/** @import {Pull} from "./types.js" */

/** @param {Store} store */
export function createConnector(store) {
  /**
   * Fetch a model, and use it.
   * @param {string} model
   */
  async function pull(model) {
    const say = (/** @type {Partial<Pull>} */ now) =>
      store.dispatch({ type: "pull", pull: { model, share: null, status: "", error: null, ...now } });
    say({});
    try {
      const failed = await api.pull(model, ({ status, completed, total }) => {
        say({ status, share: completed !== null && total ? completed / total : null });
      });
      if (failed !== null) return say({ error: failed });
      store.dispatch({ type: "models", models: await api.models() });
      store.dispatch({ type: "pull", pull: null });
    } catch (error) {
      if (!(error instanceof RequestProblem)) throw error;
      say({ error: error.message });
    }
  }

  /**
   * Give a server the values that its entry asks for, and look how it does with them.
   * @param {string} server
   * @param {Object<string, unknown>} values
   */
  async function giveInputs(server, values) {
    try {
      await api.giveInputs(server, values);
      await watchServers(store);
    } catch (error) {
      store.dispatch({ type: "notice", notice: noticeOf(error, "decide") });
    }
  }

  /**
   * @param {string} server
   * @param {boolean} on
   */
  async function switchServer(server, on) {
    try {
      await api.switchServer(server, on);
      await watchServers(store);
    } catch (error) {
      store.dispatch({ type: "notice", notice: noticeOf(error, "decide") });
    }
  }

  return { pull, giveInputs, switchServer };
}
