import type { HttpHandler } from "@azure/functions";
import * as z from "zod";
import type { App } from "../lib/app.ts";
import { acceptLanguage, aPage, failurePages, type OpenOperation } from "../lib/http/openapi/open-operation.ts";
import { pageHandler } from "../lib/http/page-handler.ts";
import { CONSENT_COOKIE } from "./callback.ts";

export const consentStartOperation: OpenOperation = {
  summary: "The administrator's browser starts the consent",
  description: "`startUrl` of the consent leads here, once and within a minute.",
  query: z.object({ ticket: z.string() }),
  headers: acceptLanguage,
  answers: {
    302: { description: "On to TeamViewer's consent page", headers: ["Location", "Set-Cookie"] },
    409: aPage("The link was used before or is over"),
    ...failurePages,
  },
};

/** GET /api/connector/start?ticket=: spends the ticket, binds the consent to this browser and leads to TeamViewer. */
export const consentStart = (app: () => App): HttpHandler =>
  pageHandler(app, async (request, { connector }) => {
    const ticket = new URL(request.url).searchParams.get("ticket") ?? "";
    const { location, cookie, cookieSeconds } = await connector.start(ticket);
    return {
      status: 302,
      headers: { location },
      // Lax: TeamViewer's redirect back is a top-level navigation from another site.
      cookies: [
        {
          name: CONSENT_COOKIE,
          value: cookie,
          path: "/",
          secure: true,
          httpOnly: true,
          sameSite: "Lax",
          maxAge: cookieSeconds,
        },
      ],
    };
  });
