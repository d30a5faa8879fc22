/** Three or four questions that the connected tools can answer. */

/** @import {Tool} from "../types.js" */

/** Questions by what a tool says it is for, best first. `about` is matched with its name and description. */
const RULES = [
  {
    about: /python[ _]?docs|python.{0,40}documentation/i,
    questions: [
      "How do I run several coroutines at once in asyncio and wait for all of them?",
      "What is the difference between functools.cache and functools.lru_cache?",
    ],
  },
  {
    about: /hacker ?news|\bstor(y|ies)\b/i,
    questions: ["What are the most discussed stories about databases, and what do readers say?"],
  },
  {
    about: /(search|read|find|list)_?documents?\b|documents? (folder|server)|folder of documents/i,
    questions: ["What happens to a search when one of the tool servers does not answer?", "How are citations in an answer made?"],
  },
  { about: /\bwikipedia\b/i, questions: ["Who first measured the speed of light, and how?"] },
  { about: /\bweather\b|forecast/i, questions: ["Will it rain tomorrow, and how warm will it be?"] },
  { about: /\bgit(hub|lab)?\b|repositor/i, questions: ["What changed in the repository lately?"] },
  { about: /\b(web|internet)\b.{0,40}(search|page)|(search|fetch).{0,40}\b(web|pages?)\b/i, questions: ["What is new in the latest Python release?"] },
  { about: /file ?system|read_file|list_director/i, questions: ["Which files here are the largest, and what is in them?"] },
];

const MOST = 4;
/** Servers whose tools only help others: no question is about them. */
const HELPING = new Set(["builtin", "resources"]);

/**
 * @param {Tool[]} tools
 * @returns {string[]}
 */
export function examples(tools) {
  const fitting = RULES.map((rule) => ({ ...rule, tools: tools.filter((tool) => rule.about.test(wording(tool))) }))
    .filter((rule) => rule.tools.length > 0);
  const first = fitting.map((rule) => rule.questions[0]);
  const more = fitting.flatMap((rule) => rule.questions.slice(1));
  const claimed = new Set(fitting.flatMap((rule) => rule.tools));
  const others = tools.filter((tool) => !claimed.has(tool) && tool.read_only !== false && !HELPING.has(tool.server)).map(asked);
  return [...new Set([...first, ...more, ...others])].slice(0, MOST);
}

/** @param {Tool} tool */
function wording(tool) {
  return `${tool.name} ${tool.server} ${tool.title} ${tool.description}`;
}

/**
 * A question in the tool's own words, for tools nobody foresaw.
 * @param {Tool} tool
 */
function asked(tool) {
  const sentence = (tool.description || tool.title || tool.name).split(/(?<=[.!?])\s|\n/)[0].replace(/[.!?]+$/, "");
  const short = sentence.length > 80 ? `${sentence.slice(0, 80).replace(/\s+\S*$/, "")} …` : sentence;
  return `What can “${short}” (${tool.title || tool.name}) tell me?`;
}
