/** Documents of the reader's own: dropped anywhere on the page or chosen, kept by the service, listed and deleted again. */

import { keyed, part } from "../dom/elements.js";
import { read } from "../net/api.js";
import { noticeOf, request } from "../net/request.js";

/** @import {Controller} from "../controller.js" */
/** @typedef {{name: string, size: number}} Kept */

/**
 * @param {HTMLElement} el
 * @param {HTMLElement} opener of the popover that it is in
 * @param {Controller} actions
 */
export function mountDocuments(el, opener, actions) {
  const chosen = /** @type {HTMLInputElement} */ (part(el, "choose"));
  const tell = (/** @type {import("../types.js").Notice} */ notice) => actions.dispatch({ type: "notice", notice });
  const show = keyed(part(el, "list"), {
    template: "kept",
    key: (/** @type {Kept} */ { name }) => name,
    mount: (row) => ({
      /** @param {Kept} kept */
      update({ name, size }) {
        part(row, "name").textContent = name;
        part(row, "size").textContent = size < 1e6 ? `${Math.ceil(size / 1e3)} kB` : `${(size / 1e6).toFixed(1)} MB`;
        part(row, "remove").setAttribute("aria-label", `Delete the document ${name}`);
        part(row, "remove").onclick = () => change([name], (each) => request(pathOf(each), { method: "DELETE" })).then(() => chosen.focus());
      },
    }),
  });

  /** Without leave to keep any there is nothing to show. */
  async function list() {
    const { documents } = await read("/documents").catch(() => ({ documents: null }));
    el.hidden = documents === null;
    show(documents ?? []);
  }

  /**
   * @template T
   * @param {T[]} items
   * @param {(item: T) => Promise<unknown>} send
   */
  async function change(items, send) {
    for (const item of items) await send(item).catch((error) => tell(noticeOf(error, "keep")));
    await list();
  }

  /** @param {FileList} files */
  async function keep(files) {
    const names = [...files].map(({ name }) => name);
    let kept = 0;
    await change([...files], (file) => request(pathOf(file.name), { method: "PUT", body: file }).then(() => kept++));
    if (kept === names.length) tell({ kind: "back", happened: `${names.join(", ")}: kept, and searched from now on.` });
  }

  opener.addEventListener("click", list);
  chosen.addEventListener("change", () => chosen.files && keep(chosen.files).then(() => (chosen.value = "")));
  for (const type of ["dragenter", "dragover", "dragleave", "drop"]) {
    addEventListener(type, (/** @type {any} */ event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      document.body.toggleAttribute("data-dropping", type === "dragover" || type === "dragenter");
      if (type === "drop") keep(event.dataTransfer.files);
    });
  }
}

/** @param {string} name */
const pathOf = (name) => `/documents/${encodeURIComponent(name)}`;
