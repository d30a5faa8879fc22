/** One line on the state of models and servers, and what to do if something is missing. */

import { count } from "./words.js";

/** @import {Models, Page, Server} from "../types.js" */

/**
 * @param {Pick<Page, "models"|"servers">} page
 * @returns {{text: string, todo: string, broken: string[], ready: boolean}} broken: a sentence for each server that cannot be used
 */
export function readiness({ models, servers }) {
  const parts = [modelLine(models), serverLine(servers)].filter(Boolean);
  const none = servers?.length === 0 ? "No tool server is set up: name one in mcp.json." : "";
  const todo = [models?.writer ? "" : sentence(models?.error ?? ""), none].filter(Boolean).join(" ");
  const ready = Boolean(models?.writer) && servers !== null && servers.length > 0 && inUse(servers).every(isReady);
  return { text: parts.join(" · ") || "Looking for models and tool servers …", todo, broken: brokenServers(servers), ready };
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
  const configured = inUse(servers);
  const ready = configured.filter(isReady).length;
  const starting = configured.filter((server) => server.status === "connecting").length;
  return `${ready} of ${count(configured.length, "server")} ready${starting ? `, ${starting} still starting` : ""}`;
}

/** @param {Server[]} servers those that are not switched off */
function inUse(servers) {
  return servers.filter((server) => server.status !== "disabled");
}

/** @param {Server[]|null} servers; one that asks for values says on its own card why it cannot be used */
function brokenServers(servers) {
  const broken = (servers ?? []).filter((server) => server.status === "unavailable" && !server.inputs?.length);
  return broken.map((server) => sentence(named(server.title || server.name, server.error ?? "unavailable")));
}

/**
 * A reason after the server's name, which some reasons begin with.
 * @param {string} name
 * @param {string} reason
 */
function named(name, reason) {
  return [" (", ", at ", " cannot be used"].some((next) => reason.startsWith(name + next)) ? reason : `${name}: ${reason}`;
}

/** @param {Server} server */
function isReady(server) {
  return server.status === "ready";
}

/** @param {string} text */
function sentence(text) {
  return text && !/[.!?]$/.test(text) ? `${text}.` : text;
}
