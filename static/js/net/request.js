/** Sends requests to the service; returns their answers, or throws a problem that can be explained. */

import { explain } from "../derive/problem.js";
import { here } from "./place.js";

/** @import {Problem} from "../derive/problem.js" */

/** A request that did not work. */
export class RequestProblem extends Error {
  /** @param {Problem} problem */
  constructor(problem) {
    super(problem.detail || `status ${problem.status}`);
    this.problem = problem;
  }
}

/**
 * What the reader is told of it.
 * @param {unknown} error
 * @param {Parameters<typeof explain>[1]} doing
 */
export function noticeOf(error, doing) {
  if (error instanceof RequestProblem) return explain(error.problem, doing);
  throw error;
}

/**
 * @param {string} path
 * @param {unknown} body
 */
export const post = (path, body) => send("POST", path, body);

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} body
 */
export function send(method, path, body) {
  return request(path, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

/**
 * @param {string} path
 * @param {RequestInit} [init]
 */
export async function request(path, init) {
  const response = await fetch(here(path), init).catch((error) => {
    if (error.name === "AbortError") throw error;
    throw new RequestProblem({ status: 0, detail: "", fields: [], retryAfter: null });
  });
  if (response.status === 401) location.assign(here("sign-in"));
  if (!response.ok) throw new RequestProblem(await problemOf(response));
  return response;
}

/**
 * @param {Response} response
 * @returns {Promise<Problem>}
 */
async function problemOf(response) {
  const body = await response.json().catch(() => ({}));
  return {
    status: response.status,
    detail: body.detail ?? "",
    fields: body.errors ?? [],
    retryAfter: response.headers.get("Retry-After"),
  };
}
