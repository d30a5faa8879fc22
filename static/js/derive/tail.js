/**
 * Reads Markdown that is still being written: what kind of block it will be, and its bare words.
 * The words stand where the finished block will stand, in its size, so that replacing them moves nothing.
 */

/** @typedef {{kind: 'text'|'heading'|'list'|'code'|'quote'|'table', level: number, text: string}} Tail */

/**
 * @param {string} markdown
 * @returns {Tail}
 */
export function readTail(markdown) {
  const text = markdown.replace(/^\s*\n/, "").trimEnd();
  const heading = /^(#{1,6})\s+(.*)/s.exec(text);
  if (heading) return { kind: "heading", level: heading[1].length, text: bare(heading[2]) };
  if (/^(`{3,}|~{3,})/.test(text)) return { kind: "code", level: 0, text: text.replace(/^[`~]{3,}[^\n]*\n?/, "").replace(/\n[`~]{3,}$/, "") };
  if (/^\s*([-*+]|\d+[.)])\s/.test(text)) return { kind: "list", level: 0, text: bare(text.replace(/^(\s*)[-*+]\s/gm, "$1•\u2002")) };
  if (/^>/.test(text)) return { kind: "quote", level: 0, text: bare(text.replace(/^>\s?/gm, "")) };
  if (/^\|/.test(text)) return { kind: "table", level: 0, text: rows(text) };
  return { kind: "text", level: 0, text: bare(text.replace(/\n(?!\n)/g, " ")) };
}

/**
 * A row a line, its cells between tabs; the line under the head is none.
 * @param {string} text
 */
function rows(text) {
  const lines = text.split("\n").filter((line, index) => index !== 1 || !/^[\s|:-]*$/.test(line));
  return lines.map((line) => line.replace(/^\s*\|\s?|\s*\|\s*$/g, "").split(/\s*(?<!\\)\|\s*/).map(bare).join("\t")).join("\n");
}

/** @param {string} text */
function bare(text) {
  return text
    .replace(/\[([^\]]+)\]\((?:[^)\s]*)\)?/g, "$1")
    .replace(/(\*\*|__)(.*?)(\1|$)/gs, "$2")
    .replace(/`([^`]*)(`|$)/g, "$1");
}
