/** Fields to fill in, from the schema of an object of plain values; and what was filled in. */

import { fromTemplate, part } from "../../dom/elements.js";

/** @import {Schema} from "../../types.js" */

const FORMATS = new Map([["email", "email"], ["uri", "url"], ["date", "date"], ["date-time", "datetime-local"]]);

/**
 * One field a property, in their order.
 * @param {Schema|null} schema
 * @returns {HTMLElement[]}
 */
export function fieldsOf(schema) {
  const required = new Set(schema?.required ?? []);
  return Object.entries(schema?.properties ?? {}).map(([name, property]) => field(name, property, required.has(name)));
}

/**
 * What was filled in, by name; a field that was left empty is left out.
 * @param {HTMLElement} fields
 * @returns {Object<string, unknown>}
 */
export function answerOf(fields) {
  /** @type {Object<string, unknown>} */
  const answer = {};
  for (const control of fields.querySelectorAll("input, select")) {
    const value = valueOf(/** @type {HTMLInputElement|HTMLSelectElement} */ (control));
    if (value !== undefined) answer[/** @type {HTMLInputElement} */ (control).name] = value;
  }
  return answer;
}

/** @param {HTMLInputElement|HTMLSelectElement} control */
function valueOf(control) {
  if (control instanceof HTMLSelectElement) {
    const chosen = [...control.selectedOptions].map((option) => option.value).filter(Boolean);
    return control.multiple ? chosen : chosen[0];
  }
  if (control.type === "checkbox") return control.checked;
  if (control.value === "") return undefined;
  if (control.type === "number") return Number(control.value);
  return control.type === "datetime-local" ? new Date(control.value).toISOString() : control.value;
}

/**
 * @param {string} name
 * @param {Schema} schema
 * @param {boolean} required
 */
function field(name, schema, required) {
  const el = fromTemplate("field");
  const choices = choicesOf(schema.type === "array" ? (schema.items ?? {}) : schema);
  const control = choices ? select(choices, schema) : input(schema);
  control.name = name;
  control.required = required && !(control instanceof HTMLInputElement && control.type === "checkbox");
  part(el, "name").textContent = `${schema.title ?? name}${required ? "" : " (optional)"}`;
  part(el, "about").textContent = schema.description ?? "";
  part(el, "control").append(control);
  return el;
}

/**
 * @param {Schema} schema
 * @returns {{value: string, text: string}[]|null} none where anything may be written
 */
function choicesOf(schema) {
  const titled = schema.oneOf ?? schema.anyOf;
  if (titled) return titled.map((choice) => ({ value: choice.const, text: choice.title ?? choice.const }));
  return schema.enum?.map((value, index) => ({ value, text: schema.enumNames?.[index] ?? value })) ?? null;
}

/**
 * @param {{value: string, text: string}[]} choices
 * @param {Schema} schema
 */
function select(choices, schema) {
  const control = document.createElement("select");
  control.multiple = schema.type === "array";
  const defaults = new Set([schema.default].flat());
  if (!control.multiple) control.add(new Option("Choose …", ""));
  for (const { value, text } of choices) control.add(new Option(text, value, defaults.has(value), defaults.has(value)));
  return control;
}

/** @param {Schema} schema */
function input(schema) {
  const control = document.createElement("input");
  const { minimum, maximum, minLength, maxLength } = schema;
  const isNumber = schema.type === "number" || schema.type === "integer";
  control.type = isNumber ? "number" : schema.type === "boolean" ? "checkbox" : (FORMATS.get(schema.format ?? "") ?? "text");
  control.autocomplete = "off";
  if (isNumber) control.step = schema.type === "integer" ? "1" : "any";
  if (minimum !== undefined) control.min = String(minimum);
  if (maximum !== undefined) control.max = String(maximum);
  if (minLength !== undefined) control.minLength = minLength;
  if (maxLength !== undefined) control.maxLength = maxLength;
  if (schema.type === "boolean") control.checked = schema.default === true;
  else if (schema.default !== undefined) control.value = String(schema.default);
  return control;
}
