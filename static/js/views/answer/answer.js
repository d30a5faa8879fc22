/** The answer as it is written: finished blocks as the service's safe HTML, the rest as plain text in their place. */

import { colophon, missing } from "../../derive/missing.js";
import { readTail } from "../../derive/tail.js";
import { duration } from "../../derive/words.js";
import { freshness, keyed, part, say } from "../../dom/elements.js";
import { showHtml } from "../../dom/html.js";
import { hasEnded } from "../../state/run.js";
import { isUndone } from "../../state/tasks.js";
import { markCitations, markSupport } from "./citations.js";
import { mountFoot } from "./foot.js";

/** @import {Models, Shown, Source} from "../../types.js" */
/** @import {Controller} from "../../controller.js" */
/** @typedef {{index: number, html: string, shown: Shown}} Block */

/**
 * @param {HTMLElement} el
 * @param {Controller} actions
 */
export function mountAnswer(el, actions) {
  const text = part(el, "text");
  const tail = part(el, "tail");
  const copy = part(el, "copy");
  const retry = part(el, "retry");
  const changed = freshness();
  const updateFoot = mountFoot(el, actions);
  let markdown = "";
  /** @type {Source[]} */
  let sources = [];

  const showBlocks = keyed(part(el, "blocks"), { template: "block", key: (/** @type {Block} */ { index }) => String(index), mount: mountBlock });
  copy.addEventListener("click", () => copyText(copy, withSources(markdown, sources)));

  /**
   * @param {Shown} shown
   * @param {number} before how high in pixels the preview stood in its place
   * @param {Models|null} models
   */
  function update(shown, before, models) {
    const { answer } = shown.run;
    updateFoot(shown, models);
    if (!changed(answer, shown.run.status)) return;
    el.hidden = answer === null;
    if (answer === null) return;
    const ended = hasEnded(shown.run);
    const height = ended ? 0 : Math.max(text.offsetHeight, before);
    showBlocks(answer.blocks.map((html, index) => ({ index, html, shown })));
    lowerHeadings(part(el, "blocks"));
    markSupport(part(el, "blocks"), answer.support);
    showTail(answer.tail);
    // A finished block may be lower than its plain text was; what stands below must not come up for it.
    text.style.minHeight = ended ? "" : `${Math.max(height, text.offsetHeight)}px`;
    markdown = answer.text;
    sources = answer.sources;
    const lacks = ended ? missing(shown.run) : "";
    say(part(el, "missing"), lacks);
    part(el, "lacks").hidden = lacks === "";
    retry.hidden = !shown.run.tasks.some(isUndone);
    retry.onclick = () => actions.retry(shown.key);
    say(part(el, "colophon"), colophon(shown.run, duration));
    copy.hidden = !markdown || !navigator.clipboard;
  }

  /** @param {string} raw */
  function showTail(raw) {
    const { kind, level, text: words } = readTail(raw);
    tail.dataset.kind = kind;
    tail.dataset.level = String(level);
    tail.replaceChildren(kind === "table" ? tableOf(words) : words);
    tail.hidden = words === "";
  }

  return { update };
}

/** @param {HTMLElement} el */
function mountBlock(el) {
  const changed = freshness();
  return {
    /** @param {Block} block */
    update({ html, shown }) {
      if (changed(html)) showHtml(el, html);
      for (const link of el.querySelectorAll("a[href^=http]")) link.setAttribute("target", "_blank");
      for (const wide of /** @type {NodeListOf<HTMLElement>} */ (el.querySelectorAll("pre, table"))) wide.tabIndex = 0; // it scrolls sideways
      markCitations(el, shown);
    },
  };
}

/**
 * A table that is still being written, as its rows are so far.
 * @param {string} words a row a line, its cells between tabs
 */
function tableOf(words) {
  const table = document.createElement("table");
  for (const line of words.split("\n")) {
    const row = table.insertRow();
    for (const cell of line.split("\t")) row.insertCell().textContent = cell;
  }
  return table;
}

/**
 * The answer's headings stand below its question's, without a gap between two of them, whatever level the model chose.
 * @param {HTMLElement} blocks
 */
function lowerHeadings(blocks) {
  const headings = [...blocks.querySelectorAll("h1, h2, h3, h4, h5, h6")];
  const raw = headings.map((heading) => Number(heading.tagName[1]));
  const top = Math.min(...raw);
  let level = 2;
  headings.forEach((heading, index) => {
    level = Math.min(level + 1, 3 + raw[index] - top, 6);
    heading.setAttribute("aria-level", String(level));
  });
}

/**
 * What is copied has what its marks stand for.
 * @param {string} markdown
 * @param {Source[]} sources
 */
function withSources(markdown, sources) {
  if (sources.length === 0) return markdown;
  const lines = sources.map(({ id, title, url }) => `${id}. ${[title, url].filter(Boolean).join(", ")}`);
  return `${markdown.trimEnd()}\n\nSources:\n\n${lines.join("\n")}\n`;
}

/**
 * @param {HTMLElement} button
 * @param {string} text
 */
async function copyText(button, text) {
  const words = part(button, "words");
  await navigator.clipboard.writeText(text).then(
    () => (words.textContent = "Copied"),
    () => (words.textContent = "Could not copy"),
  );
  const live = document.getElementById("live");
  if (live) live.textContent = words.textContent; // a button's own text is not told when it changes
  setTimeout(() => (words.textContent = "Copy"), 2000);
}
