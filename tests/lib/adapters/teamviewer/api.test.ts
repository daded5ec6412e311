import { describe, expect, test } from "@jest/globals";
import * as z from "zod";
import { type OutboundAnswer, OutboundError, type OutboundRequest } from "../../../../lib/adapters/outbound.ts";
import { callApi } from "../../../../lib/adapters/teamviewer/api.ts";
import { TeamViewerError } from "../../../../lib/adapters/teamviewer/refusal.ts";

const apiUrl = "https://webapi.teamviewer.com";
const schema = z.object({ id: z.string() });

/** TeamViewer's API behind an outbound that answers `answer`, and what it was asked. */
function api(answer: Partial<OutboundAnswer> | Error) {
  const asked: (OutboundRequest & { url: string })[] = [];
  const outbound = async (url: string, request: OutboundRequest): Promise<OutboundAnswer> => {
    asked.push({ url, ...request });
    if (answer instanceof Error) throw answer;
    return { status: 200, headers: new Headers(), text: "", ...answer };
  };
  return { apiUrl, outbound, asked };
}

describe("A call of TeamViewer's API", () => {
  test("carries the token and no body unless there is one, and may last ten seconds", async () => {
    const to = api({ text: '{"id":"1","more":true}' });
    expect(await callApi(to, { accessToken: "t", path: "/account", schema })).toEqual({ id: "1" });
    expect(to.asked).toEqual([
      {
        url: `${apiUrl}/api/v1/account`,
        method: "GET",
        headers: { accept: "application/json", authorization: "Bearer t" },
        body: undefined,
        timeoutMs: 10_000,
      },
    ]);
  });

  test("with a body sends it as JSON, and says so", async () => {
    const to = api({ text: '{"id":"1"}' });
    await callApi(to, { accessToken: "t", method: "POST", path: "/groups", body: { name: "é" }, schema });
    expect(to.asked).toMatchObject([
      { method: "POST", body: '{"name":"é"}', headers: { "content-type": "application/json" } },
    ]);
  });

  test.each([200, 201, 299])("answered with %i has succeeded", async (status) => {
    const done = callApi(api({ status, text: '{"id":"1"}' }), { accessToken: "t", path: "/", schema });
    expect(await done).toEqual({ id: "1" });
  });

  test.each([199, 300, 304, 400])("answered with %i has not", async (status) => {
    const done = callApi(api({ status, text: '{"id":"1"}' }), { accessToken: "t", path: "/", schema });
    await expect(done).rejects.toBeInstanceOf(TeamViewerError);
  });

  test("answered with 204 has no value", async () => {
    const to = api({ status: 204 });
    expect(await callApi(to, { accessToken: "t", path: "/", schema: z.undefined() })).toBeUndefined();
  });

  test.each(["", "<html>", "null", "[]", '{"id":1}'])(
    "answered with %j may have happened all the same",
    async (text) => {
      const done = callApi(api({ text }), { accessToken: "t", path: "/", schema });
      await expect(done).rejects.toMatchObject({
        code: "upstream-invalid",
        isAmbiguous: true,
        isTokenRefused: false,
        message: expect.stringMatching(/cannot be used/),
      });
    },
  );

  test("that was broken off is TeamViewer's failure; another error stays what it is", async () => {
    const call = { accessToken: "t", path: "/", schema };
    await expect(callApi(api(new OutboundError("cut", "broken")), call)).rejects.toBeInstanceOf(TeamViewerError);
    const own = new TypeError("ours");
    await expect(callApi(api(own), call)).rejects.toBe(own);
  });
});
