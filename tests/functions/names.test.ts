import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import * as z from "zod";
import { principals } from "../../infra/local/principals.ts";
import { nameSchema } from "../../lib/devices/names.ts";
import { type AppProcess, startTestApp, type TestApp } from "../app.ts";

const BRUNO = principals.find(({ name }) => name === "Bruno Agent")?.id ?? "";
const PHONE = "d0000000-0000-4000-8000-000000000001";
const answerSchema = z.strictObject({ value: z.array(nameSchema) });

let product: TestApp;

beforeAll(async () => {
  product = await startTestApp();
});
afterEach(() => {
  product.clearFaults();
  product.around.graph.journal.splice(0);
});
afterAll(() => product.stop());

const ask = async (query: string, as = "Dev Auditor", process: AppProcess = product.newProcess()) =>
  process.request("GET", `/api/names${query}`, { token: await product.tokenFor(as) });
const named = async (...ids: string[]) => {
  const answer = await ask(`?ids=${ids.join(",")}`);
  expect(answer.status).toBe(200);
  return answerSchema.parse(answer.json()).value;
};
const bruno = { id: BRUNO, kind: "person", name: "Bruno Agent" };
const phone = { id: PHONE, kind: "device", name: "PHONE-ANA" };

describe("Names", () => {
  test("of people and devices are told by their ids, in any letters; what nobody knows is left out", async () => {
    expect(await named(PHONE.toUpperCase(), randomUUID(), BRUNO)).toEqual([phone, bruno]);
  });

  test.each(["Bruno Agent", "Dev Auditor", "Ticket system"])("are told to %s", async (as) => {
    expect((await ask(`?ids=${PHONE}`, as)).json()).toEqual({ value: [phone] });
  });

  test.each(["Deployment script", "Elif Nobody"])("are not told to %s", async (as) => {
    expect((await ask(`?ids=${PHONE}`, as)).status).toBe(403);
    expect(product.around.graph.journal).toEqual([]);
  });

  test.each([
    ["no ids", ""],
    ["an empty list", "?ids="],
    ["what is no id", "?ids=ana"],
    ["an id and a gap", `?ids=${PHONE},`],
    ["a path", `?ids=${PHONE}/../x`],
    ["51 ids", `?ids=${Array.from({ length: 51 }, () => randomUUID()).join(",")}`],
    ["ids twice", `?ids=${PHONE}&ids=${BRUNO}`],
    ["another parameter", `?ids=${PHONE}&kind=person`],
  ])("are not looked for with %s", async (_what, query) => {
    const answer = await ask(query);
    expect([answer.status, answer.json().code]).toEqual([400, "invalid-request"]);
    expect(product.around.graph.journal).toEqual([]);
  });

  test("of fifty are told at once, and asked for once in a process", async () => {
    const process = product.newProcess();
    const ids = Array.from({ length: 49 }, () => randomUUID());
    const query = `?ids=${[PHONE, ...ids].join(",")}`;
    expect((await ask(query, "Dev Auditor", process)).json()).toEqual({ value: [phone] });
    product.around.graph.journal.splice(0);
    expect((await ask(query, "Dev Auditor", process)).json()).toEqual({ value: [phone] });
    expect(product.around.graph.journal).toEqual([]);
  });

  test.each([
    ["is down", { status: 503 }, []],
    ["cuts the line", { behaviour: "reset" as const }, []],
    ["does not let people be read", { path: "/users/", status: 403 }, [phone]],
  ])("are left out while Graph %s", async (_how, fault, expected) => {
    product.around.graph.addFault({ times: 0, ...fault });
    expect(await named(BRUNO, PHONE)).toEqual(expected);
  });
});
