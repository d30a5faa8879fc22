/** What a server needs from the user before it can be used: values that its entry asks for, a sign-in, or leave. */

import { freshness, part, say } from "../dom/elements.js";
import { here } from "../net/place.js";
import { answerOf, fieldsOf } from "./tasks/fields.js";

/** @import {Schema, Server, ServerInput} from "../types.js" */
/** @import {Controller} from "../controller.js" */

/**
 * @param {HTMLElement} el
 * @param {Controller} actions
 */
export function mountConnect(el, actions) {
  const form = /** @type {HTMLFormElement} */ (part(el, "form"));
  const signIn = /** @type {HTMLAnchorElement} */ (part(el, "sign-in"));
  const toggle = /** @type {HTMLButtonElement} */ (part(el, "switch"));
  const fresh = freshness();
  let name = "";

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    actions.giveInputs(name, answerOf(part(el, "fields")));
  });

  toggle.addEventListener("click", () => actions.switchServer(name, toggle.value === "on"));

  /** @param {Server} server */
  function update(server) {
    if (server.consent) return updateSwitch(server, server.consent);
    const inputs = server.inputs ?? [];
    say(part(el, "failed"), inputs.length > 0 && server.status === "unavailable" ? `It could not start with what it was given: ${server.error}` : "");
    if (!fresh(server.name, server.sign_in, inputs.map((input) => input.id).join(" "))) return;
    name = server.name;
    const shown = server.title || server.name;
    part(el, "what").textContent = inputs.length > 0 ? `${shown} needs ${inputs.length > 1 ? "values" : "a value"} from you:` : `${shown} asks you to sign in.`;
    form.hidden = inputs.length === 0;
    part(el, "fields").replaceChildren(...fieldsOf(schemaOf(inputs)));
    for (const { id, secret } of inputs) if (secret) hide(part(el, "fields"), id);
    signIn.hidden = !server.sign_in;
    if (server.sign_in) signIn.href = here(server.sign_in);
  }

  /**
   * @param {Server} server
   * @param {string} consent
   */
  function updateSwitch(server, consent) {
    const on = server.status !== "disabled";
    if (!fresh(server.name, server.status, server.error, consent)) return;
    name = server.name;
    part(el, "what").textContent = `${server.title || server.name} is ${on ? `on. ${consent}` : `off. Once you allow it: ${lowered(consent)}`}.`;
    say(part(el, "failed"), server.status === "unavailable" ? `It cannot be used: ${server.error}` : "");
    form.hidden = signIn.hidden = true;
    toggle.hidden = false;
    toggle.value = on ? "off" : "on";
    toggle.textContent = on ? "Switch off" : "Allow";
    toggle.setAttribute("aria-label", `${toggle.textContent} ${server.title || server.name}`);
  }

  return { update };
}

/** @param {string} sentence in the middle of another */
const lowered = (sentence) => sentence.charAt(0).toLowerCase() + sentence.slice(1);

/**
 * @param {ServerInput[]} inputs
 * @returns {Schema}
 */
function schemaOf(inputs) {
  const fields = inputs.map(({ id, description, options, default: given }) => {
    const field = { type: "string", title: description || id, ...(given && { default: given }), ...(options?.length && { enum: options }) };
    return [id, field];
  });
  return { properties: Object.fromEntries(fields), required: inputs.map(({ id }) => id) };
}

/**
 * @param {HTMLElement} fields
 * @param {string} id
 */
function hide(fields, id) {
  for (const control of fields.querySelectorAll("input")) if (control.name === id) control.type = "password";
}
