import { describe, expect, test } from "@jest/globals";
import { tokenAnswerOf } from "../../../../lib/adapters/teamviewer/token-answer.ts";
import type { TokenSet } from "../../../../lib/connector/ports.ts";

const NOW = new Date("2026-11-22T10:00:00Z");
const DAY_SECONDS = 86_400;
const previous: TokenSet = { accessToken: "a0", refreshToken: "r0", obtainedAt: "", expiresAt: "" };

const read = (status: number, body: unknown, before?: TokenSet) =>
  tokenAnswerOf(new Response(typeof body === "string" ? body : JSON.stringify(body), { status }), before, NOW);

describe("An answer of the token endpoint", () => {
  test("grants a set that is dated by our clock", async () => {
    const body = { access_token: "a1", refresh_token: "r1", expires_in: 3600, token_type: "bearer" };
    expect(await read(200, body, previous)).toEqual({
      outcome: "granted",
      tokens: {
        accessToken: "a1",
        refreshToken: "r1",
        obtainedAt: "2026-11-22T10:00:00.000Z",
        expiresAt: "2026-11-22T11:00:00.000Z",
      },
    });
  });

  test("without a refresh token keeps the one before; without any it is of no use", async () => {
    expect(await read(200, { access_token: "a1" }, previous)).toMatchObject({ tokens: { refreshToken: "r0" } });
    expect(await read(200, { access_token: "a1" })).toMatchObject({
      outcome: "unknown",
      cause: { message: expect.stringMatching(/cannot be used/) },
    });
  });

  test.each([
    [59, 60],
    [60, 60],
    [61, 61],
    ["7200", 7200],
    [30 * DAY_SECONDS, 30 * DAY_SECONDS],
    [30 * DAY_SECONDS + 1, 30 * DAY_SECONDS],
    [undefined, DAY_SECONDS],
    [null, DAY_SECONDS],
    ["soon", DAY_SECONDS],
    [{}, DAY_SECONDS],
  ])("whose life is %p counts as %i s", async (expires_in, seconds) => {
    const answer = await read(200, { access_token: "a1", refresh_token: "r1", expires_in });
    expect(answer).toMatchObject({ tokens: { expiresAt: new Date(NOW.getTime() + seconds * 1000).toISOString() } });
  });

  test("takes tokens of up to 8,192 characters, and no empty ones", async () => {
    const longest = "x".repeat(8192);
    expect(await read(200, { access_token: longest, refresh_token: longest })).toMatchObject({ outcome: "granted" });
    const wrong = [
      { access_token: `${longest}x`, refresh_token: "r1" },
      { access_token: "a1", refresh_token: `${longest}x` },
      { access_token: "", refresh_token: "r1" },
      { access_token: "a1", refresh_token: "" },
      { access_token: 1, refresh_token: "r1" },
    ];
    for (const body of wrong) expect(await read(200, body, previous)).toMatchObject({ outcome: "unknown" });
  });

  test.each([
    [400, "invalid_grant"],
    [401, "invalid_client"],
    [403, "unauthorized_client"],
    [499, "invalid_grant"],
  ])("with %i and %s is final", async (status, error) => {
    expect(await read(status, { error })).toEqual({ outcome: "refused", reason: error });
  });

  test.each([
    [400, { error: "invalid_request" }],
    [400, { error: "" }],
    [400, { error: ["invalid_grant"] }],
    [400, "invalid_grant"],
    [400, ""],
    [500, { error: "invalid_grant" }],
    [503, { error: "invalid_grant" }],
    [201, { access_token: "a1", refresh_token: "r1" }],
    [429, {}],
  ])("with %i and %j leaves open what happened", async (status, body) => {
    expect(await read(status, body, previous)).toEqual({
      outcome: "unknown",
      cause: expect.objectContaining({ message: expect.stringContaining(String(status)) }),
    });
  });
});
