/** Numbers, and models by their figures, in words for people. */

/** @import {Model, Usage} from "../types.js" */

/**
 * Seconds as people read them: `140 ms`, `1.8 s`, `2 min 5 s`.
 * @param {number} seconds
 */
export function duration(seconds) {
  if (seconds < 0.9995) return `${Math.round(Math.max(seconds, 0) * 1000)} ms`;
  if (seconds < 99.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/**
 * Seconds that are still being counted, calmly: `0.1 s`, `1.8 s`.
 * @param {number} seconds
 */
export function counting(seconds) {
  return seconds < 1 ? `${Math.max(seconds, 0).toFixed(1)} s` : duration(seconds);
}

/**
 * `1 task`, `3 tasks`.
 * @param {number} number
 * @param {string} noun
 */
export function count(number, noun) {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/**
 * The host of a web address, or the address itself where it is none.
 * @param {string} url
 */
export function host(url) {
  return isWeb(url) ? new URL(url).host.replace(/^www\./, "") : url;
}

/**
 * An address that a link may lead to: the web, nothing else.
 * @param {string} url
 */
export function isWeb(url) {
  return /^https?:\/\//i.test(url) && URL.canParse(url);
}

/**
 * A model in one line, with what was measured of it where it has a card: `qwen3:8b (plans 96 %, finds 90 %, cites 88 %, 14 s)`.
 * @param {Pick<Model, "name"|"card">} model
 */
export function modelInOneLine({ name, card }) {
  if (!card) return name;
  const percent = (/** @type {number} */ share) => `${Math.round(100 * share)} %`;
  return `${name} (plans ${percent(card.plans_by_model)}, finds ${percent(card.found)}, cites ${percent(card.cited)}, ${duration(card.seconds)})`;
}

/**
 * A whole number with a comma before each three digits. The browser's own way loads its data of all languages first,
 * which takes longer than anything else of a page that opens.
 * @param {number} number
 */
export const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");

/**
 * What language models were asked in a run: calls, tokens of prompts and replies, and what that cost where there are prices.
 * @param {Usage|null} usage
 */
export function modelUsage(usage) {
  if (!usage?.model_calls) return "";
  const tokens = grouped(usage.prompt_tokens + usage.completion_tokens);
  const cost = usage.cost === null || usage.cost === undefined ? "" : `, cost ${usage.cost.toPrecision(2)}`;
  return `${count(usage.model_calls, "model call")}, ${tokens} tokens${cost}`;
}
