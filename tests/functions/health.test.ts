import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { type Health, healthSchema } from "../../lib/connector/health.ts";
import { startTestApp, type TestApp } from "../app.ts";
import { connecting } from "../connect.ts";

const all = ["storage", "keyVault", "graph", "people", "entra", "teamviewer", "auditSeals", "reports"];

let product: TestApp;

beforeAll(async () => {
  product = await startTestApp();
  await connecting(product).connected();
});

// A look is kept for a quarter of a minute: each test begins after it.
afterEach(() => {
  product.clearFaults();
  product.clock.advance(15_000);
});

afterAll(() => product.stop());

const look = async (as?: string, process = product.process()) => {
  const answer = await process.request("GET", "/api/health", as ? { token: await product.tokenFor(as) } : {});
  expect(answer.status).toBe(200);
  return healthSchema.parse(answer.json());
};
const failing = ({ dependencies = {} }: Health) =>
  Object.entries(dependencies)
    .filter(([, { status }]) => status === "failing")
    .map(([name]) => name);

describe("Health", () => {
  test("is told to anybody in one word", async () => {
    expect(await look()).toEqual({ status: "ok" });
  });

  test("shows each dependency to those with the role Read, and to nobody else", async () => {
    for (const as of ["Dev Auditor", "Ada Administrator", "Log collector"]) {
      const seen = await look(as);
      expect(Object.keys(seen.dependencies ?? {}).sort()).toEqual([...all].sort());
      expect(failing(seen)).toEqual([]);
    }
    for (const as of ["Bruno Agent", "Elif Nobody", "Ticket system", "Deployment script"]) {
      expect(await look(as)).toEqual({ status: "ok" });
    }
    const answer = await product.request("GET", "/api/health", { token: "not.a.token" });
    expect([answer.status, answer.json()]).toEqual([200, { status: "ok" }]);
  });

  test.each(["graph", "entra", "teamviewer"] as const)(
    "is degraded while %s fails, and well again after it",
    async (name) => {
      product.around[name].addFault({ times: 0, status: 500 });
      const process = product.newProcess();
      expect(await look(undefined, process)).toEqual({ status: "degraded" });
      product.clearFaults();
      // Entra's keys are needed to know who asks: so who may see more asks now, and gets the look that is kept.
      const seen = await look("Dev Auditor", process);
      expect([seen.status, failing(seen)]).toEqual(["degraded", name === "graph" ? ["graph", "people"] : [name]]);
      product.clock.advance(15_000);
      expect((await look("Dev Auditor", process)).status).toBe("ok");
    },
  );

  test("is degraded while Key Vault fails and nothing is known from before", async () => {
    product.around.vault.addFault({ times: 0, status: 403 });
    const seen = await look("Dev Auditor", product.newProcess());
    expect(failing(seen)).toEqual(["keyVault", "teamviewer"]);
    expect(seen.dependencies?.keyVault?.detail).toContain("Key Vault Secrets Officer");
  });

  test("says which permission is missing when people cannot be read", async () => {
    product.around.graph.missPermission({ scope: "User.Read.All", path: "/users/" });
    const seen = await look("Dev Auditor", product.newProcess());
    product.around.graph.grantPermissions();
    expect([seen.status, failing(seen)]).toEqual(["degraded", ["people"]]);
    expect(seen.dependencies?.people?.detail).toContain("User.Read.All");
  });

  test("is degraded while storage cannot be reached", async () => {
    const AzureWebJobsStorage = product.around.storage.connectionString.replaceAll(
      product.around.storage.tableUrl,
      "http://127.0.0.1:1/devstoreaccount1",
    );
    const seen = await look("Dev Auditor", product.newProcess({ AzureWebJobsStorage }));
    expect(seen.status).toBe("degraded");
    expect(failing(seen)).toContain("storage");
  });

  test("names no address, secret or cause", async () => {
    product.around.graph.addFault({ times: 0, behaviour: "reset" });
    product.around.teamviewer.addFault({ times: 0, status: 500, body: "stack trace" });
    const text = JSON.stringify(await look("Dev Auditor", product.newProcess()));
    for (const told of ["127.0.0.1", "stack trace", "ECONN", "Bearer"]) expect(text).not.toContain(told);
  });

  test("asks the dependencies once a quarter of a minute, however many ask", async () => {
    const process = product.newProcess();
    await Promise.all(Array.from({ length: 20 }, () => look(undefined, process)));
    product.around.graph.journal.splice(0);
    product.clock.advance(14_999);
    await look(undefined, process);
    expect(product.around.graph.journal).toEqual([]);
    product.clock.advance(1);
    await Promise.all(Array.from({ length: 20 }, () => look(undefined, process)));
    const asked = product.around.graph.journal.map(({ path }) => path.replace(/^\/(beta|v1.0)/, "").split("/")[1]);
    expect(asked.sort()).toEqual(["deviceManagement", "deviceManagement", "users"]);
  });

  test("is fine where nobody connected TeamViewer yet", async () => {
    await product.reset();
    expect((await look("Dev Auditor")).dependencies?.teamviewer).toEqual({ status: "ok" });
  });
});
