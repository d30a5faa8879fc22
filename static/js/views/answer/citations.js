/** The marks in an answer: named for screen readers, told apart by run, with the passage on hover and focus. */

import { readable } from "../../derive/excerpts.js";
import { host } from "../../derive/words.js";
import { freshness, part, say } from "../../dom/elements.js";
import { showSource, sourceId } from "./sources.js";

/** @import {Shown, Source, Support} from "../../types.js" */

const LINGER = 150;
const GAP = 8;

/** What each mark cites, and what that says, for the one passage card of the page. @type {WeakMap<Element, {source: Source, support: Support|null}>} */
const cited = new WeakMap();

/** What readers are told of each verdict. */
const VERDICTS = {
  supported: "The source says this",
  weak: "The source says this in part",
  unsupported: "Not found in the source",
};

/**
 * Marks come as `<a href="#source-3" class="citation">3</a>`; several runs may stand on the page, each with a 3.
 * @param {HTMLElement} block
 * @param {Shown} shown
 */
export function markCitations(block, { key, run }) {
  for (const mark of block.querySelectorAll("a.citation")) {
    const number = numberOf(mark);
    const source = run.answer?.sources.find((each) => each.id === number);
    mark.setAttribute("href", `#${sourceId(key, number)}`);
    mark.setAttribute("aria-label", source ? `Source ${number}: ${source.title}` : `Source ${number}`);
    if (source) cited.set(mark, { source, support: null });
    const before = mark.previousSibling;
    if (before instanceof Text) before.data = before.data.replace(/ $/, "\u00a0"); // no mark begins a line
  }
}

/**
 * Show at each mark what its source has for its sentence: there is one support for each mark, in their order.
 * @param {HTMLElement} blocks of one answer, marked already
 * @param {Support[]} support
 */
export function markSupport(blocks, support) {
  [...blocks.querySelectorAll("a.citation")].forEach((mark, index) => {
    const known = cited.get(mark);
    const found = support[index];
    if (!known || found?.source !== numberOf(mark)) return;
    cited.set(mark, { ...known, support: found });
    mark.setAttribute("data-verdict", found.verdict);
    mark.setAttribute("aria-label", `Source ${found.source}: ${known.source.title}. ${VERDICTS[found.verdict]}`);
  });
}

/** @param {Element} mark */
const numberOf = (mark) => Number(mark.textContent?.replace(/\D/g, ""));

/**
 * One card for the whole page, shown at the mark that is hovered or focused.
 * @param {HTMLElement} page
 * @param {HTMLElement} card a manual popover
 */
export function mountPassage(page, card) {
  const changed = freshness();
  /** @type {number|undefined} */
  let leaving;
  /** @type {Element|null} */
  let shown = null;

  /** @param {Event} event */
  const markOf = (event) => /** @type {Element} */ (event.target).closest?.("a.citation");

  /** @param {Element} mark */
  function show(mark) {
    const known = cited.get(mark);
    clearTimeout(leaving);
    if (!known) return;
    const { source, support } = known;
    if (changed(source, support)) {
      part(card, "title").textContent = source.title;
      part(card, "host").textContent = host(source.url);
      say(part(card, "verdict"), support ? VERDICTS[support.verdict] : "");
      card.dataset.verdict = support?.verdict ?? "";
      part(card, "passage").textContent = readable(support?.span || source.snippet);
    }
    if (!shown) card.showPopover();
    shown?.removeAttribute("aria-describedby");
    shown = mark;
    mark.setAttribute("aria-describedby", card.id);
    place(mark);
  }

  /** @param {Element} mark */
  function place(mark) {
    const at = mark.getBoundingClientRect();
    const left = Math.min(Math.max(at.left + at.width / 2 - card.offsetWidth / 2, GAP), innerWidth - card.offsetWidth - GAP);
    const above = at.top - card.offsetHeight - GAP;
    card.style.left = `${left}px`;
    card.style.top = `${above > GAP ? above : at.bottom + GAP}px`;
  }

  function hide() {
    clearTimeout(leaving);
    if (shown) card.hidePopover();
    shown = null;
  }

  const hideSoon = () => {
    clearTimeout(leaving);
    leaving = setTimeout(hide, LINGER);
  };

  for (const type of ["pointerover", "focusin"]) {
    page.addEventListener(type, (event) => {
      const mark = markOf(event);
      if (mark) show(mark);
    });
  }
  for (const type of ["pointerout", "focusout"]) page.addEventListener(type, (event) => markOf(event) && hideSoon());
  card.addEventListener("pointerenter", () => clearTimeout(leaving));
  card.addEventListener("pointerleave", hideSoon);
  addEventListener("scroll", () => shown && place(shown), { passive: true });
  page.addEventListener("click", (event) => {
    const mark = markOf(event);
    if (!mark) return;
    event.preventDefault();
    hide();
    showSource(/** @type {string} */ (mark.getAttribute("href")).slice(1), /** @type {HTMLElement} */ (mark));
  });

  return {
    /** @returns {boolean} whether there was anything to close */
    close() {
      const open = shown !== null;
      hide();
      return open;
    },
  };
}
