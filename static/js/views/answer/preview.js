/** Quotations where the answer will stand, marked as a preview, until the answer begins. */

import { host, isWeb } from "../../derive/words.js";
import { freshness, part } from "../../dom/elements.js";
import { showHtml } from "../../dom/html.js";

/** @import {Shown, Source} from "../../types.js" */

/** @param {HTMLElement} el */
export function mountPreview(el) {
  const changed = freshness();
  const text = part(el, "text");
  const sources = part(el, "preview-sources");

  /** @param {Shown} shown */
  function update(shown) {
    const { preview } = shown.run;
    if (!changed(preview)) return;
    el.hidden = preview === null;
    showHtml(text, preview?.html ?? "");
    sources.replaceChildren(...(preview?.sources ?? []).map(line));
  }

  return { update };
}

/** @param {Source} source */
function line(source) {
  const item = document.createElement("li");
  item.value = source.id;
  const words = document.createElement(isWeb(source.url) ? "a" : "span");
  if (words instanceof HTMLAnchorElement) Object.assign(words, { href: source.url, target: "_blank", rel: "noopener noreferrer" });
  words.textContent = source.title || source.url;
  item.append(words, isWeb(source.url) ? ` ${host(source.url)}` : "");
  return item;
}
