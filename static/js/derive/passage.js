/** Finds a passage in the text of its source: word by word, whatever stands between the words. */

const FEWEST = 3;

/**
 * Where it begins and ends. A passage may be put together of several parts: then that of its longest beginning, or of what follows.
 * @param {string} text
 * @param {string} passage
 * @returns {[number, number]|null}
 */
export function findPassage(text, passage) {
  const words = passage.match(/[\p{L}\p{N}]+/gu) ?? [];
  for (let from = 0; from + FEWEST <= words.length; from += 8) {
    for (let length = Math.min(words.length - from, 60); length >= FEWEST; length = Math.floor(length / 2)) {
      const found = new RegExp(words.slice(from, from + length).join("[^\\p{L}\\p{N}]+"), "u").exec(text);
      if (found) return [found.index, found.index + found[0].length];
    }
  }
  return null;
}
