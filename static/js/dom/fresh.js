/** Values flow in; whether any differs from the last time flows out. Lets a complete update skip what stands already. */

/** @returns {(...values: unknown[]) => boolean} */
export function freshness() {
  /** @type {unknown[]|null} */
  let last = null;
  return (...values) => {
    const same = last !== null && values.length === last.length && values.every((value, place) => Object.is(value, last?.[place]));
    last = values;
    return !same;
  };
}
