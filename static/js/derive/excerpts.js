/** A source's excerpt as people read it: rows of Markdown tables as their cells. */

const DELIMITERS = /\|?(?:\s*:?-{3,}:?\s*\|)+(?:\s*:?-{3,}:?(?=\s|$))?/g;
const TABLE = /(?:^|\n|\s)\|\s.*\s\|(?:\s|$)/s;
/** Pairs around words; a power or a name with underscores is none. */
const EMPHASIS = /(?<![\w*\\])(\*\*|__)(?=\S)(.+?)(?<=\S)\1(?![\w*])/gs;
const BORDER = /(?<!\\)\|/;

/**
 * `| Part | Interval | |---|---| | Boom | 6 months |` as `Part · Interval; Boom · 6 months`. Excerpts stand on one
 * line, so that a row ends where two borders have nothing between them. Text without such rows stays as it is.
 * @param {string} text
 * @returns {string}
 */
export function readable(text) {
  return tabled(text).replace(EMPHASIS, "$2");
}

/** @param {string} text */
function tabled(text) {
  if (!TABLE.test(text) || !isTable(text)) return text;
  const rows = [[""]];
  for (const cell of text.replace(DELIMITERS, "| |").split(BORDER).map((each) => each.trim().replaceAll("\\|", "|"))) {
    if (cell) rows[rows.length - 1].push(cell);
    else rows.push([""]);
  }
  return rows.map((row) => row.filter(Boolean).join(" · ")).filter(Boolean).join("; ");
}

/** @param {string} text */
function isTable(text) {
  const line = text.trim();
  return line.startsWith("|") || line.endsWith("|") || /\|\s+\||\|\s*:?-{3,}/.test(line);
}
