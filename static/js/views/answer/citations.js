/** The marks in an answer: named for screen readers, told apart by run, with the passage on hover and focus. */

import { host } from "../../derive/words.js";
import { freshness } from "../../dom/fresh.js";
import { part } from "../../dom/template.js";
import { showSource, sourceId } from "./sources.js";

/** @import {Shown, Source} from "../../types.js" */

const LINGER = 150;
const GAP = 8;

/** What each mark cites, for the one passage card of the page. @type {WeakMap<Element, Source>} */
const cited = new WeakMap();

/**
 * Marks come as `<a href="#source-3" class="citation">3</a>`; several runs may stand on the page, each with a 3.
 * @param {HTMLElement} block
 * @param {Shown} shown
 */
export function markCitations(block, { key, run }) {
  for (const mark of block.querySelectorAll("a.citation")) {
    const number = Number(mark.textContent?.replace(/\D/g, ""));
    const source = run.answer?.sources.find((each) => each.id === number);
    mark.setAttribute("href", `#${sourceId(key, number)}`);
    mark.setAttribute("aria-label", source ? `Source ${number}: ${source.title}` : `Source ${number}`);
    if (source) cited.set(mark, source);
  }
}

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
    const source = cited.get(mark);
    clearTimeout(leaving);
    if (!source) return;
    if (changed(source)) {
      part(card, "title").textContent = source.title;
      part(card, "host").textContent = host(source.url);
      part(card, "passage").textContent = source.snippet;
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
    showSource(/** @type {string} */ (mark.getAttribute("href")).slice(1));
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
