/** Where the service is: beside the page, under whatever path a proxy shows both. */

/**
 * A path of the service, as the page reaches it; an address of another place stays as it is.
 * @param {string} path
 */
export const here = (path) => path.replace(/^\/(?!\/)/, "");

/**
 * The page's own address with a conversation, or without one.
 * @param {string|null} threadId
 */
export const addressOf = (threadId) => (threadId === null ? "./" : `./?thread=${encodeURIComponent(threadId)}`);
