/**
 * How many streams all tabs of a browser may have open at once: it has six connections to a service for all of them, over
 * HTTP/1.1, and as many tabs with live runs would leave none for anything else. Each slot is a lock, which the browser
 * gives back by itself when a tab is closed or dies.
 */

const SLOTS = ["stream 1", "stream 2", "stream 3"];

/**
 * Hear when it may be another tab's turn. A page that came over plain HTTP from another machine has no locks: of those
 * the one that has the focus streams.
 * @param {() => void} turn
 * @param {AbortSignal} signal
 */
export function onTurn(turn, signal) {
  document.addEventListener("visibilitychange", turn, { signal });
  if (!navigator.locks) for (const change of ["focus", "blur"]) addEventListener(change, turn, { signal });
}

/**
 * Take a slot, if this tab is seen and one is free.
 * @returns {Promise<(() => void)|null>} gives it back
 */
export async function takeSlot() {
  if (document.hidden) return null;
  if (!navigator.locks) return document.hasFocus() ? () => {} : null;
  for (const slot of SLOTS) {
    const giveBack = await taken(slot);
    if (giveBack) return giveBack;
  }
  return null;
}

/**
 * @param {string} slot
 * @returns {Promise<((nothing: void) => void)|null>}
 */
const taken = (slot) =>
  new Promise((resolve) => {
    navigator.locks.request(slot, { ifAvailable: true }, (lock) => (lock ? new Promise((giveBack) => resolve(giveBack)) : resolve(null)));
  });
