import { describe, expect, test } from "@jest/globals";
import { httpRoutes, preflightRoute } from "../../functions/routes.ts";
import type { App } from "../../lib/app.ts";
import { anInvocation, aRequest } from "../lib/http/a-request.ts";

const FRONT_END = "https://portal.example";
const app = { allowedOrigins: [FRONT_END] } as unknown as App;

async function asked(origin: string) {
  const headers = { origin, "access-control-request-method": "POST" };
  const request = aRequest({ method: "OPTIONS", path: "/api/sessions", headers });
  const answer = await preflightRoute.handler(() => app)(request, anInvocation().context);
  return answer as { status: number; headers: Record<string, string> };
}

const listed = (text = "") => text.split(", ");

describe("A preflight request", () => {
  test("of a front end on the list is told every method and header that the API has", async () => {
    const { status, headers } = await asked(FRONT_END);
    expect([status, headers["access-control-allow-origin"]]).toEqual([204, FRONT_END]);
    expect(listed(headers["access-control-allow-methods"]).sort()).toEqual(
      [...new Set(httpRoutes.map(({ method }) => method))].sort(),
    );
    expect(listed(headers["access-control-allow-headers"])).toEqual([
      "Authorization",
      "Content-Type",
      "Idempotency-Key",
    ]);
    expect(headers["access-control-max-age"]).toBe("600");
    expect(headers).not.toHaveProperty("access-control-allow-credentials");
  });

  test("of another origin is told nothing", async () => {
    const { status, headers } = await asked("https://evil.example");
    expect(status).toBe(204);
    expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
    expect(headers.vary).toBe("Origin");
  });
});
