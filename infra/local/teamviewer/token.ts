import { timingSafeEqual } from "node:crypto";
import type { StandInAnswer, StandInRequest, StandInRoute } from "../stand-in.ts";
import { redeemCode, refreshGrant } from "./grants.ts";
import type { Realm } from "./realm.ts";
import { answering, badRequest, refuse } from "./refusal.ts";

/** `POST /api/v1/oauth2/token` (API documentation 3.8.2; RFC 6749 4.1.3 and 6). */
export function tokenRoutes(realm: Realm): StandInRoute[] {
  return [
    { method: "POST", path: "/api/v1/oauth2/token", answer: answering((request) => tokenAnswer(realm, request)) },
  ];
}

function tokenAnswer(realm: Realm, request: StandInRequest): StandInAnswer {
  const form = readForm(request);
  requireClient(realm, request, form);
  const json = exchange(realm, form);
  return { status: 200, headers: { "cache-control": "no-store", pragma: "no-cache" }, json };
}

function exchange(realm: Realm, form: Map<string, string>) {
  const needed = (name: string) => {
    const value = form.get(name);
    if (!value) throw badRequest(`Missing parameter: ${name}`);
    return value;
  };
  // The OpenAPI document lists 0 and 1 for what the text documentation calls by name.
  switch (needed("grant_type")) {
    case "authorization_code":
    case "0":
      return redeemCode(realm, needed("code"), needed("redirect_uri"), form.get("code_verifier"));
    case "refresh_token":
    case "1":
      return refreshGrant(realm, needed("refresh_token"));
    default:
      throw refuse(400, "unsupported_grant_type", "grant_type must be authorization_code or refresh_token");
  }
}

/** Form encoding, "however JSON also works". RFC 6749 3.2: no parameter twice. */
function readForm({ headers, body }: StandInRequest): Map<string, string> {
  if (headers["content-type"]?.includes("json")) {
    const parsed = jsonObject(body);
    return new Map(Object.entries(parsed).map(([name, value]) => [name, String(value)]));
  }
  const pairs = [...new URLSearchParams(body)];
  const form = new Map(pairs);
  if (form.size !== pairs.length) throw badRequest("A parameter came twice");
  return form;
}

function jsonObject(body: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === "object" && parsed !== null) return parsed as Record<string, unknown>;
  } catch {
    // Refused below, like any other body that is no object.
  }
  throw badRequest("The body is not a JSON object");
}

/** The app's id and secret: in the body, or as HTTP Basic (RFC 6749 2.3.1, which also sets the 401). */
function requireClient({ app }: Realm, { headers }: StandInRequest, form: Map<string, string>) {
  const basic = /^basic (.+)$/i.exec(headers.authorization ?? "")?.[1];
  const [id = "", secret = ""] = basic
    ? Buffer.from(basic, "base64").toString("utf8").split(":").map(formDecoded)
    : [form.get("client_id"), form.get("client_secret")];
  if (id === app.clientId && isSame(secret, app.clientSecret)) return;
  const description = "client_id or client_secret is wrong";
  if (basic) throw refuse(401, "invalid_client", description, { "www-authenticate": "Basic" });
  throw refuse(400, "invalid_client", description);
}

function formDecoded(text: string): string {
  return new URLSearchParams(`value=${text}`).get("value") ?? "";
}

function isSame(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}
