import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { startGraph } from "../../../../infra/local/graph/graph.ts";
import { demoUsers } from "../../../../infra/local/graph/people.ts";
import { makeGraphClient } from "../../../../lib/adapters/graph/client.ts";
import { makeTeamsFeed } from "../../../../lib/adapters/graph/teams-feed.ts";
import { makeOutbound, type Outbound, OutboundError } from "../../../../lib/adapters/outbound.ts";
import { graphToken } from "../../../infra/local/graph/graph-client.ts";
import { type AGraph, credential, refusal, startAGraph } from "./a-graph.ts";

const APP = "5c1a0b0e-3a55-4d8e-9a9c-0a4f8f3c2d11";
const activity = {
  userId: "u1/ä?",
  title: "Help & more?",
  preview: "Contoso asks, code 4831",
  url: "https://connector.example/h/1?a=b&c=d#e",
};

let graph: AGraph;

beforeAll(async () => {
  graph = await startAGraph();
});
beforeEach(() => graph.reset());
afterAll(() => graph.close());

const send = () => makeTeamsFeed(graph.client(), APP).send(activity);

describe("An entry in the activity feed", () => {
  test("is sent when Teams took it: one call with title, preview and a link into Teams that leads to ours", async () => {
    graph.answerWith({ status: 204 });
    expect(await send()).toEqual({ state: "sent" });
    expect(graph.journal).toHaveLength(1);
    expect(graph.journal[0]).toMatchObject({
      method: "POST",
      path: "/v1.0/users/u1%2F%C3%A4%3F/teamwork/sendActivityNotification",
    });
    const body = JSON.parse(graph.journal[0]?.body ?? "");
    expect(body).toEqual({
      topic: { source: "text", value: activity.title, webUrl: expect.any(String) },
      activityType: "systemDefault",
      previewText: { content: activity.preview },
      templateParameters: [{ name: "systemDefaultText", value: activity.title }],
    });
    const link = new URL(body.topic.webUrl);
    expect(`${link.origin}${link.pathname}`).toBe(`https://teams.microsoft.com/l/entity/${APP}/answer`);
    expect(Object.fromEntries(link.searchParams)).toEqual({ webUrl: activity.url, label: activity.title });
    expect(link.hash).toBe("");
  });

  test.each([
    [400, { state: "failed", reason: "refused-by-teams" }],
    [401, { state: "later", afterSeconds: 30 }],
    [403, { state: "failed", reason: "graph-permission-missing" }],
    [404, { state: "failed", reason: "user-not-found" }],
    [409, { state: "failed", reason: "teams-app-ambiguous" }],
    [412, { state: "failed", reason: "refused-by-teams" }],
    [429, { state: "later", afterSeconds: 30 }],
    [500, { state: "unknown", reason: "status-500" }],
    [503, { state: "later", afterSeconds: 30 }],
    [504, { state: "unknown", reason: "status-504" }],
  ] as const)("that Teams answers with %i ends as %j, asked once", async (status, result) => {
    graph.answerWith(refusal(status));
    expect(await send()).toEqual(result);
    expect(graph.journal).toHaveLength(1);
  });

  test("for somebody without the app is told from a missing permission by Teams' words", async () => {
    const words = "not authorized to … Ensure that the expected Teams app is installed in the target scope";
    graph.answerWith(refusal(403, words));
    expect(await send()).toEqual({ state: "failed", reason: "teams-app-not-installed" });
    graph.answerWith(
      refusal(403, "Missing role permissions on the request. API requires one of 'TeamsActivity.Send'."),
    );
    expect(await send()).toEqual({ state: "failed", reason: "graph-permission-missing" });
    graph.answerWith(refusal(404, words));
    expect(await send()).toEqual({ state: "failed", reason: "user-not-found" });
  });

  test.each([429, 503])("is asked for again when Teams says so (%i)", async (status) => {
    graph.answerWith(refusal(status, "busy", { "retry-after": "2" }));
    expect(await send()).toEqual({ state: "later", afterSeconds: 2 });
  });

  test("whose answer is lost may have arrived: nobody can tell", async () => {
    for (const behaviour of ["reset", "reset-after"] as const) {
      graph.addFault({ behaviour });
      expect(await send()).toEqual({ state: "unknown", reason: "cut" });
    }
  });

  test.each([
    ["not-sent", { state: "later", afterSeconds: 30 }],
    ["timeout", { state: "unknown", reason: "timeout" }],
  ] as const)("whose transport ends as %s ends as %j", async (kind, result) => {
    const outbound: Outbound = async () => {
      throw new OutboundError(kind, "it broke");
    };
    const client = makeGraphClient({ graphUrl: graph.url, credential, outbound, newId: () => "1" });
    expect(await makeTeamsFeed(client, APP).send(activity)).toEqual(result);
  });
});

describe("As strict as Teams is", () => {
  let strict: Awaited<ReturnType<typeof startGraph>>;
  beforeAll(async () => {
    strict = await startGraph({ port: 0 });
  });
  afterAll(() => strict.close());

  const userId = demoUsers()[0]?.id ?? "";
  const to = (user: string) => {
    const token = { token: graphToken(), expiresOnTimestamp: Number.MAX_SAFE_INTEGER };
    const client = makeGraphClient({
      graphUrl: strict.url,
      credential: { getToken: async () => token },
      outbound: makeOutbound([strict.url]),
      newId: () => "1",
    });
    return makeTeamsFeed(client, APP).send({ ...activity, userId: user });
  };

  test("what is sent is taken as it is", async () => {
    expect(await to(userId)).toEqual({ state: "sent" });
    expect(strict.activities()).toMatchObject([{ userId, title: activity.title, preview: activity.preview }]);
  });

  test("somebody without the app, and nobody, are refused", async () => {
    strict.uninstallTeamsApp(userId);
    expect(await to(userId)).toEqual({ state: "failed", reason: "teams-app-not-installed" });
    expect(await to("d0000000-0000-4000-8000-999999999999")).toEqual({ state: "failed", reason: "user-not-found" });
  });
});
