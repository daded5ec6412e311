import type { HttpHandler } from "@azure/functions";
import type { App } from "../lib/app.ts";
import { pageHandler } from "../lib/http/page-handler.ts";
import { CONSENT_COOKIE } from "./callback.ts";

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
