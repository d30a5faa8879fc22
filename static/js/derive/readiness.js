/** One line on the state of models and servers, and what to do if something is missing. */

import { count } from "./words.js";

/** @import {Models, Page, Server} from "../types.js" */

/**
 * @param {Pick<Page, "models"|"servers">} page
 * @returns {{text: string, todo: string, ready: boolean}}
 */
export function readiness({ models, servers }) {
  const parts = [modelLine(models), serverLine(servers)].filter(Boolean);
  const todo = [models?.writer ? "" : sentence(models?.error ?? ""), ...serverRemedies(servers)].filter(Boolean).join(" ");
  const ready = Boolean(models?.writer) && servers !== null && servers.length > 0 && servers.every(isReady);
  return { text: parts.join(" · ") || "Looking for models and tool servers …", todo, ready };
}

/**
 * What can be done about a missing model, and how far that is; empty texts where there is nothing to do.
 * @param {Pick<Page, "models"|"pull">} page
 * @returns {{offer: string, model: string, progress: string}}
 */
export function modelToFetch({ models, pull }) {
  const suggestion = models?.writer ? null : models?.suggestion;
  const model = suggestion?.name ?? "";
  if (pull && !pull.error) {
    const far = pull.share === null ? pull.status : `${Math.floor(100 * pull.share)} %`;
    return { offer: "", model, progress: `Fetching ${pull.model}: ${far || "starting"}` };
  }
  const offer = suggestion ? `Get ${model} (${suggestion.gigabytes} GB)` : "";
  return { offer, model, progress: pull?.error ? sentence(`${pull.model} could not be fetched: ${pull.error}`) : "" };
}

/** @param {Models|null} models */
function modelLine(models) {
  if (models === null) return "";
  return models.writer ?? "No model connected: answers will quote sources";
}

/** @param {Server[]|null} servers */
function serverLine(servers) {
  if (servers === null) return "";
  const configured = servers.filter((server) => server.status !== "disabled");
  const ready = configured.filter(isReady).length;
  return `${ready} of ${count(configured.length, "server")} ready`;
}

/** @param {Server[]|null} servers */
function serverRemedies(servers) {
  if (servers?.length === 0) return ["No tool server is set up: name one in mcp.json."];
  const broken = (servers ?? []).filter((server) => server.status === "unavailable");
  return broken.map((server) => sentence(`${server.name}: ${server.error ?? "unavailable"}`));
}

/** @param {Server} server */
function isReady(server) {
  return server.status === "ready";
}

/** @param {string} text */
function sentence(text) {
  return text && !/[.!?]$/.test(text) ? `${text}.` : text;
}
