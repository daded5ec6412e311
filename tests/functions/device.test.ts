import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { ManagedDevice } from "../../infra/local/graph/managed-device.ts";
import { type DeviceView, deviceSchema } from "../../lib/devices/device.ts";
import { startTestApp, type TestApp } from "../app.ts";
import { must, requesting } from "../requesting.ts";

let product: TestApp;
let agent: ReturnType<typeof requesting>;

beforeAll(async () => {
  product = await startTestApp();
  agent = requesting(product);
});

afterEach(() => product.clearFaults());
afterAll(() => product.stop());

const ask = (id: string) => agent.call("GET", `/api/devices/${id}`);
const look = async (like: string, change: Partial<ManagedDevice> = {}) =>
  must(await ask(agent.device(like, change).id), 200).json<DeviceView>();

describe("One device", () => {
  test("is shown as the schema says, whatever the case of its id", async () => {
    const { id, serialNumber, model, osVersion } = agent.device();
    const answer = must(await ask(id.toUpperCase()), 200);
    expect(deviceSchema.parse(answer.json())).toMatchObject({ id, name: "PHONE-ANA", serialNumber, model, osVersion });
  });

  test.each<[string, string, Partial<ManagedDevice>, boolean, string[], string[]]>([
    ["a phone", "PHONE-ANA", {}, true, [], ["companyPortal"]],
    ["a phone without user", "PHONE-ANA", { userId: null }, true, ["no-user"], []],
    ["a PC", "PC-001", {}, true, [], []],
    ["a Mac", "MAC-KIM", {}, true, [], []],
    ["a personally owned work profile", "ANDROID-LEE", {}, true, [], ["companyPortal"]],
    ["a corporate Android", "ANDROID-CORP", {}, false, ["corporate-android"], []],
    ["a HoloLens", "HOLO-01", {}, false, ["hololens"], []],
    ["a Surface Hub", "HUB-01", {}, false, ["surface-hub"], []],
    ["Windows in S mode", "PC-001", { skuNumber: 178 }, false, ["windows-10-s"], []],
    [
      "a device that is being wiped",
      "PHONE-ANA",
      { managementState: "wipePending" },
      false,
      ["device-not-managed"],
      [],
    ],
  ])(
    "tells of %s whether it can be helped, why not and how its user is asked",
    async (_, like, change, eligible, codes, channels) => {
      const { eligibility } = await look(like, change);
      const told = eligibility.reasons.map(({ code }) => code).filter((code) => eligible || code !== "no-user");
      expect([eligibility.eligible, told, eligibility.channels]).toEqual([eligible, codes, channels]);
    },
  );

  test("that Intune does not have is not found", async () => {
    const answer = await ask(randomUUID());
    expect([answer.status, answer.json().code]).toEqual([404, "device-not-found"]);
  });

  test.each(["PHONE-ANA", "1", "..%2Fusers", "d0000000-0000-4000-8000-00000000000g"])(
    "needs an id: %s is none",
    async (id) => {
      const calls = product.around.graph.journal.length;
      const answer = await ask(id);
      expect([answer.status, answer.json().code]).toEqual([400, "invalid-request"]);
      expect(product.around.graph.journal.length).toBe(calls);
    },
  );

  test("says beforehand that Graph will refuse to notify its user, which costs no call", async () => {
    const phone = agent.device().id;
    product.around.graph.missPermission({
      scope: "DeviceManagementManagedDevices.ReadWrite.All",
      path: "sendCustomNotification",
    });
    try {
      // Tokens are kept by identity, so this process gets one that tells of it.
      const process = product.newProcess({ AZURE_CLIENT_ID: randomUUID() });
      const found = async () => {
        const token = await product.tokenFor("Bruno Agent");
        const { checks = [] } = (await process.request("GET", `/api/devices/${phone}`, { token })).json<DeviceView>();
        return checks.filter(({ code }) => code === "graph-permission-missing");
      };
      expect(await found()).toEqual([
        {
          code: "graph-permission-missing",
          severity: "warning",
          text: expect.stringContaining("DeviceManagementManagedDevices.ReadWrite.All"),
          remedy: expect.stringContaining("consents"),
        },
      ]);
      product.around.graph.journal.splice(0);
      product.around.identity.journal.splice(0);
      expect(await found()).toHaveLength(1);
      expect([product.around.graph.journal.length, product.around.identity.journal.length]).toEqual([1, 0]);
    } finally {
      product.around.graph.grantPermissions();
    }
    const codes = (await ask(phone)).json<DeviceView>().checks?.map(({ code }) => code);
    expect(codes).toEqual(["connector-not-connected"]);
  });

  test("cannot be shown while Graph refuses the app; the answer names the permission, not the cause", async () => {
    product.around.graph.missPermission({ scope: "DeviceManagementManagedDevices.Read.All" });
    try {
      const answer = await ask(agent.device().id);
      expect([answer.status, answer.json().code]).toEqual([502, "upstream-invalid"]);
      expect(answer.json<{ detail: string }>().detail).toContain("DeviceManagementManagedDevices.Read.All");
    } finally {
      product.around.graph.grantPermissions();
    }
  });
});
