import type { HttpHandler, HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import type * as z from "zod";
import type { Principal, Role } from "../access/principal.ts";
import { requireRole } from "../access/require-role.ts";
import { AppError, type ErrorCode } from "../errors.ts";
import { securityHeaders, tokenIn } from "./headers.ts";
import { logFailure } from "./log.ts";
import type { AnswerHeader } from "./openapi/answer-headers.ts";
import { problemOf } from "./problem.ts";
import { readIdempotencyKey, readJson, readParams, readQuery } from "./read-request.ts";

/** What every app that serves endpoints offers. */
export type ServingApp = {
  authenticate: (authorization: string | null) => Promise<Principal>;
  /** Throws `too-many-requests`; `startKey` is the Idempotency-Key of a session start. */
  admit: (principal: Principal, startKey?: string) => void;
  /** Throws `forbidden` when Intune does not bear out the role; with INTUNE_RBAC off it lets everybody pass. */
  requireIntuneRight: (principal: Principal, allowed: readonly Role[], userToken: string) => Promise<void>;
  allowedOrigins: readonly string[];
};

/** What an endpoint is given: who asks, and what was checked of the request. */
export type Asked<P, Q, B> = {
  principal: Principal;
  params: P;
  query: Q;
  body: B;
  idempotencyKey: string | undefined;
  correlationId: string;
};

/** One route of the API: who may, what it takes, what it answers (status -> schema). The OpenAPI document is made from it. */
export type Endpoint<App, P = unknown, Q = unknown, B = unknown> = {
  summary: string;
  roles: readonly Role[];
  params?: z.ZodType<P>;
  query?: z.ZodType<Q>;
  body?: z.ZodType<B>;
  idempotencyKey?: "required" | "optional";
  /** Counts towards the limits of session starts instead of those of other calls. */
  startsSession?: true;
  answers: Record<number, z.ZodType>;
  /** The media types of its answer, where they are others than JSON alone; `line` is what each line of NDJSON is. */
  media?: readonly ("application/json" | "application/x-ndjson" | "text/csv")[];
  line?: z.ZodType;
  /** Headers of its answer that callers can make use of. */
  answerHeaders?: readonly AnswerHeader[];
  /** How it can refuse, besides what follows from its token, from what it reads and from services. */
  problems?: readonly ErrorCode[];
  handle: (asked: Asked<P, Q, B>, app: App) => Promise<HttpResponseInit>;
};

/** Keeps the types of params, query and body together. */
export function endpoint<App, P = unknown, Q = unknown, B = unknown>(
  definition: Endpoint<App, P, Q, B>,
): Endpoint<App, P, Q, B> {
  return definition;
}

/** The endpoint as the Functions library takes it: who, what, do, answer; every error becomes a problem (RFC 9457). */
export function handlerOf<App extends ServingApp, P, Q, B>(
  definition: Endpoint<App, P, Q, B>,
  app: () => App,
): HttpHandler {
  return async (request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> => {
    const headers = securityHeaders(request, app().allowedOrigins);
    try {
      const principal = await whoAsks(definition, request, app());
      const asked = { principal, ...(await readAsked(definition, request)), correlationId: context.invocationId };
      const answer = await definition.handle(asked, app());
      return { ...answer, headers: { ...headers, ...answer.headers } };
    } catch (error) {
      const known = logFailure(error, context);
      const problem = problemOf(known, context.invocationId);
      return { ...problem, headers: { ...headers, ...problem.headers } };
    }
  };
}

/** Who asks, if they may and may do so now. Nothing of the request is looked at before; only Intune's answer costs a call. */
async function whoAsks<App extends ServingApp, P, Q, B>(
  { roles, startsSession }: Endpoint<App, P, Q, B>,
  request: HttpRequest,
  { authenticate, admit, requireIntuneRight }: ServingApp,
): Promise<Principal> {
  const authorization = request.headers.get("authorization");
  const principal = await authenticate(authorization);
  requireRole(principal, roles);
  admit(principal, startsSession ? readIdempotencyKey(request) : undefined);
  await requireIntuneRight(principal, roles, tokenIn(authorization));
  return principal;
}

async function readAsked<App, P, Q, B>(definition: Endpoint<App, P, Q, B>, request: HttpRequest) {
  const idempotencyKey = definition.idempotencyKey ? readIdempotencyKey(request) : undefined;
  if (definition.idempotencyKey === "required" && idempotencyKey === undefined) {
    throw new AppError(
      "invalid-request",
      "Send the header Idempotency-Key: a new value for each new request, the same to ask again.",
    );
  }
  return {
    // A definition without a schema does not look at that part, so its type there is `unknown`.
    params: (definition.params ? readParams(request, definition.params) : undefined) as P,
    query: (definition.query ? readQuery(request, definition.query) : undefined) as Q,
    body: (definition.body ? await readJson(request, definition.body) : undefined) as B,
    idempotencyKey,
  };
}
