/** Reduces an event to the next state of the answer: its finished blocks and the text after them. */

/** @import {Answer, RunEvent} from "../types.js" */

/**
 * @param {Answer|null} answer
 * @param {RunEvent} event
 * @returns {Answer|null}
 */
export function reduceAnswer(answer, { type, data }) {
  const written = answer ?? blank(null);
  switch (type) {
    case "answer.started":
      return blank(data.model ?? null);
    case "answer.delta":
      return { ...written, tail: written.tail + data.text };
    case "answer.block":
      return { ...written, blocks: placed(written.blocks, data.index, data.html), tail: "" };
    case "answer.completed":
      return {
        ...written,
        blocks: same(written, data.html) ? written.blocks : [data.html],
        tail: "",
        text: data.answer,
        sources: data.sources ?? [],
        leftOut: data.left_out ?? [],
        support: data.support ?? [],
      };
    default:
      return answer;
  }
}

/**
 * @param {string|null} model
 * @returns {Answer}
 */
function blank(model) {
  return { model, blocks: [], tail: "", text: "", sources: [], leftOut: [], support: [] };
}

/**
 * @param {string[]} blocks
 * @param {number} index
 * @param {string} html
 */
function placed(blocks, index, html) {
  const next = [...blocks];
  next[Math.min(index, next.length)] = html;
  return next;
}

/**
 * The blocks already say what the whole says: replacing them would only make the page jump.
 * @param {Answer} answer
 * @param {string} html
 */
function same(answer, html) {
  const bare = (/** @type {string} */ text) => text.replace(/>\s+</g, "><").trim();
  return answer.blocks.length > 0 && bare(answer.blocks.join("")) === bare(html);
}
