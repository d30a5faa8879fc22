/** What the page asks the service of standing questions; each throws an error with what to do. */

/**
 * @typedef {{title: string, url: string, text: string}} NewsSource
 * @typedef {{text: string, sources: string[]}} NewsStatement
 * @typedef {{added: NewsSource[], gone: NewsSource[], changed: {before: NewsSource, after: NewsSource}[]}} SourceNews
 * @typedef {{added: NewsStatement[], gone: NewsStatement[], changed: {before: NewsStatement, after: NewsStatement}[]}} StatementNews
 * @typedef {{found: boolean, since: string|null, sources: SourceNews, statements: StatementNews}} News
 * @typedef {{run_id: string, status: string, error: string|null, ended_at: string|null, answer: string|null, news: News|null}} ScheduledRun
 * @typedef {{id: string, title: string, cron: string, zone: string, paused: boolean, next_at: string|null, asking: string|null,
 *   thread_id: string, feed: string, last: ScheduledRun|null}} Schedule
 */

/** @returns {Promise<Schedule[]>} */
export const list = async () => (await send("GET", "")).schedules;

/** @param {{search: {query: string}, cron: string, zone: string}} asked */
export const create = (asked) => send("POST", "", asked);

/** @param {string} id */
export const ask = (id) => send("POST", `/${encodeURIComponent(id)}/ask`);

/**
 * @param {string} id
 * @param {boolean} paused
 */
export const pause = (id, paused) => send("PATCH", `/${encodeURIComponent(id)}`, { paused });

/** @param {string} id */
export const remove = (id) => send("DELETE", `/${encodeURIComponent(id)}`);

/**
 * @param {string} method
 * @param {string} path below /schedules
 * @param {object} [body]
 */
async function send(method, path, body) {
  const headers = body && { "Content-Type": "application/json" };
  /** @type {Response} */
  let response;
  try {
    response = await fetch(`schedules${path}`, { method, headers, body: body && JSON.stringify(body) });
  } catch {
    throw new Error("The service cannot be reached. Nothing is lost: try again when it is back.");
  }
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.errors?.[0]?.message ?? answer.detail);
  return answer;
}
