/** Explains a failed request: what happened, what is still fine and what to do. */

/** @import {Notice} from "../types.js" */

const KEPT = "Your question is back in the box, and everything on this page stays.";
const STAYS = "Everything on this page stays.";

/**
 * A request that did not work. `status` 0 means that nothing answered.
 * @typedef {{status: number, detail: string, fields: {field: string, message: string}[], retryAfter: string|null}} Problem
 */

/**
 * @param {Problem} problem
 * @param {keyof WHAT} doing
 * @returns {Notice}
 */
export function explain(problem, doing) {
  const fine = ["ask", "retry", "synthesize", "start"].includes(doing) ? KEPT : STAYS;
  const reason = REASONS[problem.status] ?? (problem.status >= 500 ? broken : refused);
  return { kind: "error", fine, ...reason(problem, doing) };
}

const WHAT = {
  ask: "The question could not be asked",
  retry: "It could not be tried again",
  synthesize: "The answer could not be written again",
  start: "The plan could not be run",
  workflow: "The plan could not be saved",
  stop: "The run could not be stopped",
  open: "The conversation could not be opened",
  result: "The result could not be fetched",
  source: "The document could not be opened",
  keep: "The document could not be kept",
  list: "The earlier conversations could not be listed",
  rename: "The conversation could not be renamed",
  forget: "The conversation could not be deleted",
  restore: "The conversation could not be brought back",
  decide: "Your answer could not be given",
};

const NOT_KEPT = {
  happened: "This conversation is no longer kept.",
  fine: "It was deleted, became too old, or its link is of another service.",
  todo: "Ask a new question, or look for others in the history.",
};

/** What to do where the service no longer knows what was meant. @type {Object<string, string>} */
const TODO = {
  ask: "Begin a new question.",
  retry: "Ask the question again.",
  synthesize: "Ask the question again.",
  start: "Ask the question again.",
  restore: "It is gone for good.",
};

/** @type {Object<number, (problem: Problem, doing: keyof WHAT) => {happened: string, fine?: string, todo: string}>} */
const REASONS = {
  0: (_, doing) => ({
    happened: `${WHAT[doing]}: the service does not answer.`,
    todo: "See that the server is running, then try again.",
  }),
  401: (_, doing) => ({ happened: `${WHAT[doing]}: the service asks for a key.`, todo: "Sign in." }),
  404: (_, doing) => (doing === "open" ? NOT_KEPT : { happened: `${WHAT[doing]}: the service no longer knows it.`, todo: TODO[doing] ?? "Load the page again to see what is kept." }),
  409: (problem, doing) =>
    doing === "forget"
      ? { happened: `${WHAT.forget}: a question in it is still being answered.`, todo: "Open it and stop that, or wait for its end." }
      : refused(problem, doing),
  413: (_, doing) => ({ happened: `${WHAT[doing]}: it is too long.`, todo: "Shorten it and ask again." }),
  429: busy,
  503: busy,
};

/**
 * @param {Problem} problem
 * @param {keyof WHAT} doing
 */
function busy({ detail, retryAfter }, doing) {
  return {
    happened: `${WHAT[doing]}: ${detail || "the service is full at the moment."}`,
    todo: retryAfter ? `Try again in ${retryAfter} s.` : "Try again in a moment.",
  };
}

/**
 * @param {Problem} problem
 * @param {keyof WHAT} doing
 */
function broken({ detail }, doing) {
  return { happened: `${WHAT[doing]}: ${detail || "the service ran into an error."}`, todo: "Try again; the server's log says more." };
}

/**
 * @param {Problem} problem
 * @param {keyof WHAT} doing
 */
function refused({ detail, fields }, doing) {
  const reasons = fields.map(({ field, message }) => (field ? `${field}: ${message}` : message)).join("; ");
  return { happened: `${WHAT[doing]}: ${reasons || detail || "the service refused it."}`, todo: "Change it and try again." };
}

/** @type {import("./types.js").Notice} */
export const AWAY = {
  kind: "lost",
  happened: "The service is away, trying again.",
  fine: "Everything shown stays. What was under way may go on there.",
  todo: "Nothing needs to be done here, unless the service was stopped: then start it.",
};

/** @type {import("./types.js").Notice} */
export const BACK = { kind: "back", happened: "The service is back." };
