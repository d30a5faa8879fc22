/** Small things the browser remembers between visits; where storage is off, it forgets. */

/**
 * @param {Storage} storage
 * @param {string} name
 * @returns {string}
 */
export function recall(storage, name) {
  try {
    return storage.getItem(name) ?? "";
  } catch {
    return "";
  }
}

/**
 * @param {Storage} storage
 * @param {string} name
 * @param {string} value
 */
export function remember(storage, name, value) {
  try {
    storage.setItem(name, value);
  } catch {
    // Nothing depends on it.
  }
}
