import * as z from "zod";

/** The fields of a message that a mapping can fill. */
export const mappedFields = [
  "action",
  "deviceId",
  "serialNumber",
  "deviceName",
  "sessionId",
  "reason",
  "ticket",
  "language",
  "notify",
] as const;

const MAX_TEMPLATE_LENGTH = 500;
const MAX_PLACEHOLDERS = 10;
const MAX_STEPS = 10;

const PLACEHOLDER = /\{\{\s*([^{}]*?)\s*\}\}/g;
/** Names with dots between them, each with array indexes behind it: `incident.cmdb_ci[0].name`. */
const PATH = /^[\w$@:-]+(\[\d{1,4}\])*(\.[\w$@:-]+(\[\d{1,4}\])*)*$/;

const stepsOf = (path: string): string[] => path.match(/[^.[\]]+/g) ?? [];
const pathsIn = (template: string): string[] => [...template.matchAll(PLACEHOLDER)].map(([, path = ""]) => path);

/** Why a text cannot be a template; undefined when it can. */
function templateProblem(template: string): string | undefined {
  const paths = pathsIn(template);
  if (/\{\{|\}\}/.test(template.replaceAll(PLACEHOLDER, ""))) return "has a placeholder that is not {{path.to.field}}";
  if (paths.some((path) => !PATH.test(path))) return "may name fields with dots and array indexes only";
  if (paths.length > MAX_PLACEHOLDERS) return `may have at most ${MAX_PLACEHOLDERS} placeholders`;
  if (paths.some((path) => stepsOf(path).length > MAX_STEPS)) return `may go at most ${MAX_STEPS} steps deep`;
  return undefined;
}

const templateSchema = z
  .string()
  .min(1)
  .max(MAX_TEMPLATE_LENGTH)
  .check((context) => {
    const problem = templateProblem(context.value);
    if (problem) context.issues.push({ code: "custom", message: problem, input: context.value });
  });

const entries = mappedFields.map((field) => [field, z.union([templateSchema, z.boolean()]).optional()] as const);

/** How a message is made of somebody else's JSON: each field is a literal, or a text with `{{path.to.field}}` in it. */
export const mappingSchema = z
  .strictObject(Object.fromEntries(entries))
  .refine((mapping) => mapping.action !== undefined, { path: ["action"], message: "must say what to do" })
  .meta({ id: "InboundMapping" });
export type Mapping = z.infer<typeof mappingSchema>;

/**
 * The message that `body` makes. What is missing, null, empty, a list or an object leaves its field out; whatever comes
 * out is checked like a message that needed no mapping.
 */
export function mapped(mapping: Mapping, body: unknown): Record<string, unknown> {
  const message: Record<string, unknown> = {};
  for (const [field, template] of Object.entries(mapping)) {
    const value = typeof template === "string" ? filled(template, body) : template;
    if (value !== undefined) message[field] = field === "notify" ? truthOf(value) : value;
  }
  return message;
}

/** The template with its placeholders filled in; undefined when one of them has no value. */
function filled(template: string, body: unknown): string | undefined {
  const values = new Map(pathsIn(template).map((path) => [path, textAt(body, path)]));
  if ([...values.values()].some((value) => value === undefined)) return undefined;
  return template.replaceAll(PLACEHOLDER, (_whole, path: string) => values.get(path) ?? "");
}

function textAt(body: unknown, path: string): string | undefined {
  let value = body;
  for (const step of stepsOf(path)) {
    if (typeof value !== "object" || value === null) return undefined;
    // Own fields alone: a path never leads into what JavaScript gives every object.
    value = Object.getOwnPropertyDescriptor(value, step)?.value;
  }
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}

/** ServiceNow writes truth as text. */
const truthOf = (value: unknown) => (value === "true" ? true : value === "false" ? false : value);
