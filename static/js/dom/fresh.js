/** Tells whether any value differs from the last time, so that a complete update can skip what is up to date. */

/** @returns {(...values: unknown[]) => boolean} */
export function freshness() {
  /** @type {unknown[]|null} */
  let last = null;
  return (...values) => {
    const same = last !== null && values.length === last.length && values.every((value, index) => Object.is(value, last?.[index]));
    last = values;
    return !same;
  };
}
