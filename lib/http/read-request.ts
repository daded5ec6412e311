import type { HttpRequest } from "@azure/functions";
import type * as z from "zod";
import { AppError } from "../errors.ts";

/** No body of ours needs more. */
const MAX_BODY_BYTES = 64 * 1024;

/** The body as it came. Throws `payload-too-large`. */
export async function readBytes(request: HttpRequest): Promise<Uint8Array> {
  const tooLarge = () => new AppError("payload-too-large", `The body may have at most ${MAX_BODY_BYTES} bytes.`);
  if (Number(request.headers.get("content-length") ?? 0) > MAX_BODY_BYTES) throw tooLarge();
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.byteLength > MAX_BODY_BYTES) throw tooLarge();
  return bytes;
}

/** The body as text. Throws `payload-too-large`, or `invalid-request` when it is not UTF-8. */
export async function readText(request: HttpRequest): Promise<string> {
  return textOf(await readBytes(request));
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new AppError("invalid-request", "The body is not UTF-8 text.");
  }
}

/** The JSON body, checked. Throws `unsupported-media-type` or `invalid-request` naming each field that is wrong. */
export async function readJson<T>(request: HttpRequest, schema: z.ZodType<T>): Promise<T> {
  checkIsJson(request);
  return check(schema, parseJson(await readText(request)), "The body");
}

/** The same of a body that was read already, after `prepare` made of it what is checked. */
export function readJsonBytes<T>(
  request: HttpRequest,
  bytes: Uint8Array,
  schema: z.ZodType<T>,
  prepare: (json: unknown) => unknown,
): T {
  checkIsJson(request);
  return check(schema, prepare(parseJson(textOf(bytes))), "The body");
}

function checkIsJson(request: HttpRequest): void {
  const contentType = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (contentType !== "application/json") {
    throw new AppError(
      "unsupported-media-type",
      "Send the body as JSON, with the header Content-Type: application/json.",
    );
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError("invalid-request", "The body is not JSON.");
  }
}

/** The query, checked. The address is read again because the worker joins repeated keys into one. */
export function readQuery<T>(request: HttpRequest, schema: z.ZodType<T>): T {
  const query = new URL(request.url).searchParams;
  const names = [...query.keys()];
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined)
    throw new AppError("invalid-request", `The query names ${repeated} more than once. Send it once.`);
  return check(schema, Object.fromEntries(query), "The query");
}

/** The route's parameters, checked. */
export function readParams<T>(request: HttpRequest, schema: z.ZodType<T>): T {
  const decoded = Object.entries(request.params).map(([name, value]) => [name, decode(value)]);
  return check(schema, Object.fromEntries(decoded), "The address");
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw new AppError("invalid-request", "The address is not percent-encoded UTF-8.");
  }
}

/** The header Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): 1 to 255 visible characters, quotes around it are dropped. */
export function readIdempotencyKey(request: HttpRequest): string | undefined {
  const value = request.headers.get("idempotency-key");
  if (value === null) return undefined;
  const key = /^"(.*)"$/.exec(value)?.[1] ?? value;
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new AppError("invalid-request", "Idempotency-Key must have 1 to 255 visible ASCII characters without spaces.");
}

function check<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.slice(0, 10).map(({ path, message }) => `${path.join(".") || "it"}: ${message}`);
  throw new AppError("invalid-request", `${where} is not valid. ${problems.join("; ")}`.slice(0, 1000));
}
