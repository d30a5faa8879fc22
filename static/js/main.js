/** Wires the page: store, controller, views, keys; draws a frame when something changed or a run is under way. */

import { mountDocuments } from "./asking/documents.js";
import { mountEffort } from "./asking/effort.js";
import { mountQueue } from "./asking/queue.js";
import { mountServers } from "./asking/servers.js";
import { rememberedWishes } from "./asking/wishes.js";
import { watchConnections } from "./connections.js";
import { createController } from "./controller.js";
import { keyed } from "./dom/elements.js";
import { mountKeys } from "./keys.js";
import { createLibrary } from "./library.js";
import { EMPTY, liveRun, reduce } from "./state/page.js";
import { addressOf } from "./net/place.js";
import { mountStanding } from "./standing/standing.js";
import { createStore } from "./store.js";
import { mountPassage } from "./views/answer/citations.js";
import { mountComposer } from "./views/composer.js";
import { mountHistory } from "./views/history.js";
import { mountNotify } from "./views/notify.js";
import { mountAway, mountNotice } from "./views/notice.js";
import { mountReader } from "./views/reader.js";
import { mountRun } from "./views/run.js";
import { mountStarters } from "./views/starters.js";
import { mountTheme } from "./views/theme.js";

/** @import {Shown} from "./types.js" */

const at = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

const store = createStore(reduce, { ...EMPTY, wishes: rememberedWishes() });
const controller = createController(store);
const library = createLibrary(store, controller);

const composer = mountComposer(at("composer"), controller);
const passage = mountPassage(at("runs"), at("passage"));
const showRuns = keyed(at("runs"), {
  template: "run",
  key: (/** @type {Shown} */ shown) => shown.key,
  mount: (el) => mountRun(el, controller),
});
const views = [
  composer,
  mountEffort(/** @type {HTMLSelectElement} */ (at("effort")), controller),
  mountServers(at("show-servers"), at("servers"), controller),
  mountQueue(at("queue"), controller),
  mountNotify(at("notify")),
  mountStarters(at("starters"), controller, () => composer.focus()),
  mountHistory(/** @type {HTMLDialogElement} */ (at("history")), library, at("show-history")),
  mountAway(at("away")),
  mountNotice(at("notice"), controller, () => composer.focus()),
  mountReader(at("live"), at("runs")),
];

mountTheme(at("theme"));
mountDocuments(at("documents"), at("show-servers"), controller);
mountStanding(/** @type {HTMLDialogElement} */ (at("standing")), { opener: at("show-standing"), runs: at("runs") });
mountKeys({ composer, passage, controller });
at("earlier").addEventListener("click", async () => {
  await controller.openEarlier();
  const first = () => /** @type {HTMLElement|null} */ (at("runs").querySelector(".question"));
  requestAnimationFrame(() => first()?.focus({ preventScroll: true })); // it is drawn by then
});
at("new").addEventListener("click", (event) => {
  event.preventDefault();
  controller.goTo(null);
  composer.focus();
});

/** Milliseconds between two pictures of a run under way, where nothing is heard of it. */
const BETWEEN = 100;
let waiting = false;

/** What the address names; a question in it is asked where the reader wrote it there, else it only stands in the box. */
function openPage() {
  const question = new URLSearchParams(location.search).get("q")?.trim();
  if (!question) return controller.openAddress();
  history.replaceState(null, "", addressOf(null));
  if ("asks" in document.documentElement.dataset) return controller.ask(question);
  store.dispatch({ type: "draft", text: question });
}

function draw() {
  waiting = false;
  const { state } = store;
  const empty = state.runs.length === 0 && !state.opening;
  document.documentElement.toggleAttribute("data-empty", empty);
  at("hero").textContent = empty ? "What would you like to know?" : "Conversation";
  at("earlier").hidden = state.earlier === null;
  document.body.toggleAttribute("data-away", state.away !== null);
  showRuns(state.runs, state.away ?? performance.now(), state.models); // while nothing is heard, nothing is known to go on
  for (const view of views) view.update(state);
  if (liveRun(state)) setTimeout(drawSoon, BETWEEN);
}

/** A hidden page gets no frames, but its title and its live region must go on. */
function drawSoon() {
  if (waiting) return;
  waiting = true;
  if (document.hidden) setTimeout(draw, 1000);
  else requestAnimationFrame(draw);
}

store.subscribe(drawSoon);
store.subscribe(() => queueMicrotask(() => controller.askNext()));
document.addEventListener("visibilitychange", draw);
document.addEventListener("visibilitychange", () => document.hidden || controller.catchUp());
addEventListener("popstate", () => controller.openAddress());
openPage();
drawSoon();
setTimeout(() => watchConnections(store)); // one thing at a time, so that the browser can answer its reader between
