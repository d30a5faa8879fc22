/** The panel in which a source of the reader's own documents is open, at the passage that is cited. */

import { findPassage } from "../../derive/passage.js";
import { part, say } from "../../dom/elements.js";
import { read } from "../../net/api.js";
import { noticeOf } from "../../net/request.js";

/** @import {Source} from "../../types.js" */

const SCHEME = "documents:";

/** Whether its text can be opened here. @param {string} url */
export const opens = (url) => url.startsWith(SCHEME);

/** Opens it; what was looked at before is closed. @param {Source} source */
export async function openDocument({ url, title, snippet }) {
  const panel = /** @type {HTMLDialogElement} */ (document.getElementById("document"));
  const text = part(panel, "text");
  part(panel, "close").onclick = () => panel.close();
  panel.onclick = (event) => event.target === panel && panel.close();
  part(panel, "title").textContent = title;
  text.textContent = "";
  say(part(panel, "state"), "Opening …");
  if (!panel.open) panel.showModal();
  try {
    const source = await read(`/source?${new URLSearchParams({ url })}`);
    const [from, to] = findPassage(source.text, snippet) ?? [0, 0];
    const mark = document.createElement("mark");
    mark.textContent = source.text.slice(from, to);
    text.replaceChildren(source.text.slice(0, from), mark, source.text.slice(to), source.next_offset ? " …" : "");
    say(part(panel, "state"), to ? "" : "The passage is no longer in this document.");
    if (to) mark.scrollIntoView({ block: "center" });
  } catch (error) {
    const { happened, todo } = noticeOf(error, "source");
    say(part(panel, "state"), `${happened} ${todo}`);
  }
}
