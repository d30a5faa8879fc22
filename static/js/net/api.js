/** What the page asks of the service; each throws a RequestProblem where that does not work. */

import { post, request, send } from "./request.js";

/** @import {Conversation, Models, Report, RunEvent, Server, Thread, Tool} from "../types.js" */

/** What a line of an event stream begins with that has an event's JSON. */
const DATA = "data: ";

/**
 * Ask; the run goes on by itself from there.
 * @param {object} question
 * @returns {Promise<{id: string, thread_id: string}>}
 */
export async function ask(question) {
  const response = await request("/search", {
    method: "POST",
    headers: { "Content-Type": "application/json", Prefer: "respond-async" },
    body: JSON.stringify(question),
  });
  return response.json();
}

/**
 * Go on from a run: a new one, which goes on by itself.
 * @param {string} run
 * @param {'retry'|'synthesize'|'start'} how
 * @param {object} body
 * @returns {Promise<{id: string, thread_id: string}>}
 */
export async function goOn(run, how, body) {
  const response = await request(`/runs/${encodeURIComponent(run)}/${how}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Prefer: "respond-async" },
    body: JSON.stringify(body),
  });
  return response.json();
}

/**
 * A run's events that have come since one, without waiting for more.
 * @param {string} run
 * @param {number} after
 * @returns {Promise<RunEvent[]|null>} null: that was the last, or one after it
 */
export async function eventsSoFar(run, after) {
  const response = await request(`/runs/${encodeURIComponent(run)}/events?after=${after}&live=false`);
  if (response.status === 204) return null;
  const lines = (await response.text()).split("\n").filter((line) => line.startsWith(DATA));
  return lines.map((line) => JSON.parse(line.slice(DATA.length)));
}

/**
 * @param {string} run
 * @param {string} name of the workflow
 */
export const saveWorkflow = (run, name) => post(`/runs/${encodeURIComponent(run)}/workflow`, { name });

/** @param {string} id */
export const cancel = (id) => request(`/runs/${encodeURIComponent(id)}/cancel`, { method: "POST" });

/**
 * Say whether a task may run, or answer what its server asks.
 * @param {string} run
 * @param {string} task
 * @param {{allowed: boolean, always?: boolean, answer?: Object<string, unknown>}} word
 */
export const decide = (run, task, { allowed, ...more }) =>
  post(`/runs/${encodeURIComponent(run)}/tasks/${encodeURIComponent(task)}/${allowed ? "approve" : "deny"}`, more);

/**
 * Give a server the values that its entry asks for.
 * @param {string} server
 * @param {Object<string, unknown>} values
 */
export const giveInputs = (server, values) => post(`/servers/${encodeURIComponent(server)}/inputs`, values);

/**
 * Let a server run that runs only with leave, or end it.
 * @param {string} server
 * @param {boolean} on
 */
export const switchServer = (server, on) => post(`/servers/${encodeURIComponent(server)}/switch`, { on });

/**
 * Conversations, those asked in last first.
 * @param {{q?: string, cursor?: string, limit: string}} filter
 * @param {AbortSignal} signal
 * @returns {Promise<{threads: Thread[], next_cursor: string|null}>}
 */
export const threads = async (filter, signal) => (await request(`/threads?${new URLSearchParams(filter)}`, { signal })).json();

/**
 * @param {string} id of a conversation
 * @param {string} title what it is called from now on
 * @returns {Promise<Thread>}
 */
export const rename = async (id, title) => (await send("PATCH", threadPath(id), { title })).json();

/** @param {string} id of a conversation */
export const forget = (id) => request(threadPath(id), { method: "DELETE" });

/** @param {string} id of a conversation that was deleted not long ago */
export const restore = (id) => request(`${threadPath(id)}/restore`, { method: "POST" });

/**
 * @param {string} url
 * @returns {Promise<any>}
 */
export const read = async (url) => (await request(url)).json();

/** @type {() => Promise<{tools: Tool[]}>} */
export const tools = () => read("/tools");

/** @type {() => Promise<{servers: Server[]}>} */
export const servers = () => read("/servers");

/** @type {() => Promise<Models>} */
export const models = () => read("/models");

/**
 * Have Ollama fetch a model.
 * @param {string} model
 * @param {(progress: {status: string, completed: number|null, total: number|null}) => void} progress
 * @returns {Promise<string|null>} why it failed, or null
 */
export async function pull(model, progress) {
  const response = await request("/models/pull", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ model }),
  });
  const stream = /** @type {ReadableStream<Uint8Array>} */ (response.body);
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read().catch(() => ({ done: true, value: "" }));
    if (done) return "the connection to the service was lost";
    const messages = (text + value).split("\n\n");
    text = messages.pop() ?? "";
    for (const message of messages) {
      const kind = /^event: (.+)$/m.exec(message)?.[1];
      const data = JSON.parse(/^data: (.+)$/m.exec(message)?.[1] ?? "{}");
      if (kind === "pull.progress") progress(data);
      if (kind === "pull.completed") return null;
      if (kind === "pull.failed") return data.error;
    }
  }
}

/**
 * A conversation with its newest runs, or those before a cursor, and the service's own time, for ages that no wrong
 * clock can spoil.
 * @param {string} id
 * @param {string|null} [cursor]
 * @returns {Promise<Conversation & {serverTime: number}>}
 */
export async function conversation(id, cursor = null) {
  const response = await request(`${threadPath(id)}/runs${cursor === null ? "" : `?${new URLSearchParams({ cursor })}`}`);
  const date = Date.parse(response.headers.get("Date") ?? "");
  return { ...(await response.json()), serverTime: Number.isNaN(date) ? Date.now() : date };
}

/**
 * When runs under way began, on this page's clock, from their age on the service's clock.
 * @param {Report[]} runs
 * @param {number} serverTime
 */
export function origins(runs, serverTime) {
  const live = runs.filter((run) => run.status === "running" || run.status === "waiting");
  return Object.fromEntries(live.map((run) => [run.id, performance.now() - Math.max(serverTime - Date.parse(run.created_at), 0)]));
}

/** @param {string} id */
const threadPath = (id) => `/threads/${encodeURIComponent(id)}`;
