import type { HttpHandler } from "@azure/functions";
import * as z from "zod";
import type { App } from "../lib/app.ts";
import { answeringProblems } from "../lib/http/answering-problems.ts";
import type { OpenOperation } from "../lib/http/openapi/open-operation.ts";
import { ofServices, ofSessionRequest } from "../lib/http/openapi/problem-answers.ts";
import { readBytes, readJsonBytes } from "../lib/http/read-request.ts";
import { signedBy } from "../lib/http/signed-by.ts";
import { sessionViewSchema } from "../lib/sessions/session.ts";
import { messageSchema } from "../lib/webhooks/inbound/message.ts";

/** What a source with a mapping sends is its own affair. */
const mappedSchema = z.record(z.string(), z.unknown()).meta({ description: "JSON of a source that has a mapping" });

const session = { "application/json": sessionViewSchema };

export const inboundOperation: OpenOperation = {
  summary: "A registered source requests a session, closes one, or gives one a ticket",
  description:
    "For systems that cannot get a token: the message is signed as Standard Webhooks 1.0.0 says, with the source's secret. The same webhook-id with the same body does nothing twice. A source with a mapping sends JSON of its own, of which the mapping makes such a message.",
  headers: {
    "webhook-id": { description: "1 to 255 visible ASCII characters, the same in each try", required: true },
    "webhook-timestamp": { description: "Seconds since 1970, at most 300 away from the time here", required: true },
    "webhook-signature": {
      description: "`v1,` and the base64 HMAC-SHA256 of `id.timestamp.body`; several with spaces between them",
      required: true,
    },
  },
  body: { "application/json": z.union([messageSchema, mappedSchema]) },
  answers: {
    200: { description: "The session that was closed, or given a ticket", media: session },
    201: { description: "The session that was requested", media: session, headers: ["Location"] },
  },
  problems: [
    "unauthenticated",
    "forbidden",
    "invalid-request",
    "payload-too-large",
    "unsupported-media-type",
    "device-ambiguous",
    "session-not-found",
    "too-many-requests",
    ...ofSessionRequest,
    ...ofServices,
  ],
};

/** POST /api/inbound/{source}: a signed message of a registered source. */
export const inbound = (app: () => App): HttpHandler =>
  answeringProblems(async (request, correlationId) => {
    const body = await readBytes(request);
    const sent = {
      sourceName: request.params.source ?? "",
      signed: signedBy(request, body),
      read: (prepare: (json: unknown) => unknown) => readJsonBytes(request, body, messageSchema, prepare),
    };
    const { status, session } = await app().inbound.receive(sent, correlationId);
    const headers: Record<string, string> = status === 201 ? { location: `/api/sessions/${session.id}` } : {};
    return { status, headers, jsonBody: session };
  });
