import { createHash, timingSafeEqual } from "node:crypto";
import type { Principal } from "../principals.ts";
import type { StandInRequest } from "../stand-in.ts";
import type { Realm } from "./realm.ts";
import { EntraRefusal, missingParameter, unknownClient } from "./refusal.ts";

export type Application = Extract<Principal, { kind: "application" }>;

/** The client id and secret of a token request, from the form or from HTTP Basic (RFC 6749 section 2.3.1). */
export function clientCredentials({ headers }: StandInRequest, form: URLSearchParams) {
  const basic = /^Basic (.+)$/i.exec(headers.authorization ?? "")?.[1];
  if (!basic) return { clientId: form.get("client_id"), clientSecret: form.get("client_secret") };
  const [clientId = "", clientSecret = ""] = Buffer.from(basic, "base64").toString("utf8").split(/:(.*)/s);
  return { clientId: decode(clientId), clientSecret: decode(clientSecret) };
}

/** The application that proved to be itself. */
export function authenticateApplication(realm: Realm, request: StandInRequest, form: URLSearchParams): Application {
  const { clientId, clientSecret } = clientCredentials(request, form);
  if (!clientId) throw missingParameter("client_id");
  const isWanted = (principal: Principal) => principal.kind === "application" && principal.clientId === clientId;
  const application = realm.principals.find(isWanted);
  if (application?.kind !== "application") throw unknownClient(clientId);
  if (!clientSecret) {
    const text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
    throw new EntraRefusal("invalid_client", 7000218, text, 401);
  }
  if (!isSame(clientSecret, application.clientSecret)) {
    throw new EntraRefusal("invalid_client", 7000215, `Invalid client secret provided for app '${clientId}'.`, 401);
  }
  return application;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}

function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
