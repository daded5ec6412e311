import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { StandInAnswer } from "../../../../infra/local/stand-in.ts";
import { makeNameDirectory } from "../../../../lib/adapters/graph/name-directory.ts";
import { type AGraph, refusal, startAGraph } from "./a-graph.ts";

let graph: AGraph;

beforeAll(async () => {
  graph = await startAGraph();
});
beforeEach(() => graph.reset());
afterAll(() => graph.close());

const nameOf = (id: string) => makeNameDirectory(graph.client()).nameOf(id);
const answering = (users: StandInAnswer, devices: StandInAnswer) =>
  graph.answerWith(({ path }) => (path.startsWith("/v1.0/users/") ? users : devices));
const asked = () => graph.journal.map(({ path, query }) => [path, query.$select]);

const ana = { status: 200, json: { displayName: "Ana Duval" } };
const phone = { status: 200, json: { deviceName: "PHONE-ANA" } };

describe("A name", () => {
  test("of a person is one call that asks for nothing else", async () => {
    answering(ana, phone);
    expect(await nameOf("u/1")).toEqual({ kind: "person", name: "Ana Duval" });
    expect(asked()).toEqual([["/v1.0/users/u%2F1", "displayName"]]);
  });

  test.each<[string, StandInAnswer]>([
    ["nobody has the id", refusal(404)],
    ["the person has no name", { status: 200, json: { displayName: null } }],
    ["people may not be read", refusal(403)],
    ["Graph fails for people", refusal(503)],
  ])("of a device is looked for when %s", async (_how, users) => {
    answering(users, phone);
    expect(await nameOf("d/1")).toEqual({ kind: "device", name: "PHONE-ANA" });
    expect(asked()[1]).toEqual(["/v1.0/deviceManagement/managedDevices/d%2F1", "deviceName"]);
  });

  test.each<[string, StandInAnswer]>([
    ["nothing has the id", refusal(404)],
    ["the device has no name", { status: 200, json: {} }],
  ])("is unknown when nobody has the id and %s", async (_how, devices) => {
    answering(refusal(404), devices);
    expect(await nameOf("x")).toBeUndefined();
  });

  test("that may be a person's is not called unknown while people cannot be read", async () => {
    answering(refusal(403), refusal(404));
    await expect(nameOf("x")).rejects.toMatchObject({ code: "upstream-invalid" });
  });

  test.each<[string, StandInAnswer, string]>([
    ["is busy", refusal(429), "upstream-unavailable"],
    ["refuses", refusal(403), "upstream-invalid"],
    ["answers another thing", { status: 200, json: { deviceName: 7 } }, "upstream-invalid"],
  ])("fails when Graph %s", async (_how, devices, code) => {
    answering(refusal(404), devices);
    await expect(nameOf("x")).rejects.toMatchObject({ code });
  });
});
