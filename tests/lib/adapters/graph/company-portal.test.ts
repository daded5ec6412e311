import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { makeGraphClient } from "../../../../lib/adapters/graph/client.ts";
import { makeCompanyPortal } from "../../../../lib/adapters/graph/company-portal.ts";
import { type Outbound, OutboundError } from "../../../../lib/adapters/outbound.ts";
import { type AGraph, credential, refusal, startAGraph } from "./a-graph.ts";

const notification = {
  deviceId: "d1/ä?",
  title: "Help is asked for",
  text: "Open this: https://connector.example/h/1",
};

let graph: AGraph;

beforeAll(async () => {
  graph = await startAGraph();
});
beforeEach(() => graph.reset());
afterAll(() => graph.close());

const send = () => makeCompanyPortal(graph.client()).send(notification);

describe("A notification", () => {
  test("is sent when Intune took it: one call of the beta API with title and text", async () => {
    graph.answerWith({ status: 204 });
    expect(await send()).toEqual({ state: "sent" });
    expect(graph.journal).toHaveLength(1);
    expect(graph.journal[0]).toMatchObject({
      method: "POST",
      path: "/beta/deviceManagement/managedDevices/d1%2F%C3%A4%3F/sendCustomNotificationToCompanyPortal",
    });
    expect(JSON.parse(graph.journal[0]?.body ?? "")).toEqual({
      notificationTitle: notification.title,
      notificationBody: notification.text,
    });
  });

  test.each([
    [400, { state: "failed", reason: "refused-by-intune" }],
    [401, { state: "later", afterSeconds: 30 }],
    [403, { state: "failed", reason: "graph-permission-missing" }],
    [404, { state: "failed", reason: "device-not-found" }],
    [409, { state: "failed", reason: "refused-by-intune" }],
    [429, { state: "later", afterSeconds: 30 }],
    [499, { state: "failed", reason: "refused-by-intune" }],
    [500, { state: "unknown", reason: "status-500" }],
    [502, { state: "unknown", reason: "status-502" }],
    [503, { state: "later", afterSeconds: 30 }],
    [504, { state: "unknown", reason: "status-504" }],
  ] as const)("that Intune answers with %i ends as %j, asked once", async (status, result) => {
    graph.answerWith(refusal(status));
    expect(await send()).toEqual(result);
    expect(graph.journal).toHaveLength(1);
  });

  test.each([429, 503])("is asked for again when Intune says so (%i)", async (status) => {
    graph.answerWith(refusal(status, "busy", { "retry-after": "120" }));
    expect(await send()).toEqual({ state: "later", afterSeconds: 120 });
  });

  test("whose answer is lost may have arrived: nobody can tell", async () => {
    for (const behaviour of ["reset", "reset-after"] as const) {
      graph.addFault({ behaviour });
      expect(await send()).toEqual({ state: "unknown", reason: "cut" });
    }
  });

  test("whose answer cannot be read may have arrived: nobody can tell", async () => {
    graph.answerWith({ status: 200, headers: { "content-type": "application/json" }, body: "{" });
    expect(await send()).toMatchObject({ state: "unknown" });
  });

  test.each([
    ["not-sent", { state: "later", afterSeconds: 30 }],
    ["timeout", { state: "unknown", reason: "timeout" }],
    ["redirected", { state: "unknown", reason: "redirected" }],
    ["too-large", { state: "unknown", reason: "too-large" }],
  ] as const)("whose transport ends as %s ends as %j", async (kind, result) => {
    const outbound: Outbound = async () => {
      throw new OutboundError(kind, "it broke");
    };
    const client = makeGraphClient({ graphUrl: graph.url, credential, outbound, newId: () => "1" });
    expect(await makeCompanyPortal(client).send(notification)).toEqual(result);
  });

  test("that something unheard of stops is unknown, and no error", async () => {
    const client = graph.client();
    const broken = Object.create(client, {
      api: {
        value: () => {
          throw new Error("unheard of");
        },
      },
    });
    expect(await makeCompanyPortal(broken).send(notification)).toEqual({ state: "unknown", reason: "status--1" });
  });
});
