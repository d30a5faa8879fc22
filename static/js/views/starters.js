/** What stands under the empty page's box: questions that fit the tools at hand, and one line of state. */

import { examples } from "../derive/examples.js";
import { modelToFetch, readiness } from "../derive/readiness.js";
import { count } from "../derive/words.js";
import { sayWithCode } from "../dom/code.js";
import { freshness, keyed, part } from "../dom/elements.js";
import { mountConnect } from "./connect.js";

/** @import {Page, Server} from "../types.js" */
/** @import {Controller} from "../controller.js" */

const MOST_OPEN = 2;

/**
 * @param {HTMLElement} el
 * @param {Controller} actions
 * @param {() => void} leave where the focus goes when an example, which is then gone, is asked
 */
export function mountStarters(el, actions, leave) {
  const stateLine = part(el, "state");
  const remedy = part(el, "remedy");
  const broken = /** @type {HTMLDetailsElement} */ (part(el, "broken"));
  const fetching = part(el, "fetching");
  const fetchModel = /** @type {HTMLButtonElement} */ (part(el, "fetch"));
  const known = freshness();
  const show = keyed(part(el, "examples"), {
    template: "example",
    key: (/** @type {string} */ question) => question,
    mount(item) {
      const button = part(item, "ask");
      button.addEventListener("click", () => {
        actions.ask(button.textContent ?? "");
        leave();
      });
      return { update: (/** @type {string} */ question) => (button.textContent = question) };
    },
  });

  const showReasons = keyed(part(el, "reasons"), {
    template: "reason",
    key: (/** @type {string} */ reason) => reason,
    mount: (item) => ({ update: (/** @type {string} */ reason) => (item.textContent = reason) }),
  });

  const showConnects = keyed(part(el, "connects"), {
    template: "connect",
    key: (/** @type {Server} */ server) => server.name,
    mount: (item) => mountConnect(item, actions),
  });

  fetchModel.addEventListener("click", () => actions.pull(fetchModel.value));

  /** @param {Page} state */
  function update(state) {
    if (!known(state.tools, state.servers, state.models, state.pull)) return;
    show(examples(state.tools ?? []));
    showConnects((state.servers ?? []).filter((server) => server.sign_in || server.inputs?.length || server.consent));
    const { text, todo, broken: reasons, ready } = readiness(state);
    stateLine.textContent = text;
    stateLine.toggleAttribute("data-ready", ready);
    sayWithCode(remedy, todo);
    showBroken(reasons);
    const { offer, model, progress } = modelToFetch(state);
    fetchModel.hidden = offer === "";
    fetchModel.textContent = offer;
    fetchModel.value = model;
    fetching.hidden = progress === "";
    fetching.textContent = progress;
  }

  /** @param {string[]} reasons opened where they are few, then as the reader leaves it */
  function showBroken(reasons) {
    if (broken.hidden) broken.open = reasons.length <= MOST_OPEN;
    broken.hidden = reasons.length === 0;
    part(el, "broken-count").textContent = `${count(reasons.length, "server")} cannot be used`;
    showReasons(reasons);
  }

  return { update };
}
