import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "@microsoft/microsoft-graph-client";
import { GraphError } from "@microsoft/microsoft-graph-client";
import fetch from "node-fetch";
import { demoDevices } from "../../infra/local/graph/devices.ts";
import { startGraph } from "../../infra/local/graph/graph.ts";
import type { ManagedDevice } from "../../infra/local/graph/managed-device.ts";
import { oddNames } from "../../infra/local/graph/odd-names.ts";
import { demoUsers } from "../../infra/local/graph/people.ts";
import { principals } from "../../infra/local/principals.ts";
import { failure, followable, graphClient, graphToken } from "../infra/local/graph/graph-client.ts";

type Page = { "@odata.count": number; "@odata.nextLink"?: string; value: Partial<ManagedDevice>[] };

const DEVICES = "/deviceManagement/managedDevices";
const PERMISSIONS = "/deviceManagement/getEffectivePermissions(scope='*')";
const NOBODY = "d0000000-0000-4000-8000-999999999999";
const START_MS = Date.parse("2026-11-22T10:00:00Z");
const company = demoDevices();

let nowMs = START_MS;
let graph: Awaited<ReturnType<typeof startGraph>>;
let running: (typeof graph)[] = [];
let client: Client;

async function start(options: Omit<Parameters<typeof startGraph>[0], "port">) {
  const started = await startGraph({ port: 0, ...options });
  running.push(started);
  return started;
}

beforeEach(async () => {
  nowMs = START_MS;
  graph = await start({ devices: [...company], now: () => new Date(nowMs) });
  client = graphClient(graph.url);
});
afterEach(async () => {
  await Promise.all(running.map((started) => started.close()));
  running = [];
});

function named(name: string): ManagedDevice {
  const device = company.find(({ deviceName }) => deviceName === name);
  if (!device) throw new Error(`no ${name}`);
  return device;
}

function withFilter(filter: string, version = "beta"): Promise<Page> {
  return client.api(DEVICES).version(version).filter(encodeURIComponent(filter)).top(999).get();
}

async function everyPage(first: Page): Promise<Page[]> {
  const pages = [first];
  for (let link = first["@odata.nextLink"]; link; link = pages.at(-1)?.["@odata.nextLink"]) {
    if (pages.length > company.length) throw new Error("the pages go round in a circle");
    pages.push(await client.api(followable(graph.url, link)).get());
  }
  return pages;
}

describe("the caller", () => {
  test.each([
    ["no token", null],
    ["a token that is no JWT", "opaque"],
    ["a token whose parts are not JSON", "a.b.c"],
    ["a token for another resource", graphToken({ aud: "https://vault.azure.net" })],
    ["a token that is over", graphToken({ exp: START_MS / 1000 })],
  ])("with %s is answered 401", async (_, token) => {
    const error = await failure(graphClient(graph.url, token).api(DEVICES).get());
    expect(error).toBeInstanceOf(GraphError);
    expect(error).toMatchObject({ statusCode: 401, code: "InvalidAuthenticationToken" });
    expect(error.headers?.get("www-authenticate")).toMatch(/^Bearer /);
  });

  test.each(["https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000"])(
    "with a valid token for %s is let in",
    async (aud) => {
      const token = graphToken({ aud, exp: START_MS / 1000 + 1 });
      await graphClient(graph.url, token).api(DEVICES).top(1).get();
      expect(graph.journal.at(-1)?.status).toBe(200);
    },
  );

  test("finds its client-request-id again, and the error's request id in the header", async () => {
    const error = await failure(client.api(`${DEVICES}/${NOBODY}`).header("client-request-id", "mine").get());
    expect(error.headers?.get("client-request-id")).toBe("mine");
    expect(error.requestId).toBe(error.headers?.get("request-id"));
    expect(error.headers?.get("date")).toMatch(/GMT$/);
  });

  test("without a permission is answered 403 with Intune's JSON inside the message", async () => {
    graph.missPermission({ scope: "DeviceManagementManagedDevices.Read.All", path: "managedDevices" });
    const error = await failure(client.api(DEVICES).get());
    expect(error).toMatchObject({ statusCode: 403, code: "Forbidden" });
    expect(JSON.parse(error.message).Message).toMatch(
      /must have one of the following scopes: DeviceManagementManagedDevices\.Read\.All - Operation ID .* - Url: https:/,
    );
    await client.api("/organization").get();
  });

  test("without a permission may find the JSON nested twice, under UnknownError", async () => {
    const lack = { scope: "Any.Thing", wording: "doubly-nested" };
    await control("POST", "missing-permissions", lack);
    const error = await failure(client.api(DEVICES).get());
    expect(error).toMatchObject({ statusCode: 403, code: "UnknownError" });
    const outer = JSON.parse(error.message);
    expect(outer.ErrorCode).toBe("Forbidden");
    expect(JSON.parse(outer.Message).Message).toContain("Any.Thing");

    await control("DELETE", "missing-permissions");
    await client.api(DEVICES).top(1).get();
  });

  test("is told the permissions of the person it acts for, one entry for each role", async () => {
    const granted = async (oid: string) => {
      const token = graphToken({ scp: "User.Read DeviceManagementRBAC.Read.All", oid });
      const answer = await graphClient(graph.url, token).api(PERMISSIONS).get();
      return (answer.value as { resourceActions: { allowedResourceActions: string[] }[] }[]).map(
        ({ resourceActions }) => resourceActions[0]?.allowedResourceActions,
      );
    };
    const [ada, bruno, chiara, , elif] = principals.map(({ id }) => id);
    const helpDesk = expect.arrayContaining([
      "Microsoft.Intune_RemoteTasks_RequestRemoteAssistance",
      "Microsoft.Intune_RemoteAssistance_Read",
    ]);
    expect(await granted(ada ?? "")).toEqual([["*"]]);
    expect(await granted(bruno ?? "")).toEqual([helpDesk]);
    expect(await granted(bruno ?? "")).not.toEqual([
      expect.arrayContaining(["Microsoft.Intune_RemoteAssistance_Update"]),
    ]);
    expect(await granted(chiara ?? "")).toEqual([
      helpDesk,
      expect.arrayContaining(["Microsoft.Intune_RemoteAssistance_ViewReports"]),
    ]);
    expect(await granted(elif ?? "")).toEqual([]);

    await control("POST", "intune-roles", { personId: elif, roles: ["Read Only Operator"] });
    expect(await granted(elif ?? "")).toEqual([expect.arrayContaining(["Microsoft.Intune_RemoteAssistance_Read"])]);
    await control("POST", "intune-roles", { personId: elif, roles: [] });
  });

  test("is told no permissions as an application, or without the delegated permission to ask for them", async () => {
    expect(await failure(client.api(PERMISSIONS).get())).toMatchObject({ statusCode: 403 });
    const person = graphClient(graph.url, graphToken({ scp: "User.Read", oid: principals[0]?.id }));
    const error = await failure(person.api(PERMISSIONS).get());
    expect(error).toMatchObject({ statusCode: 403, code: "Forbidden" });
    expect(error.message).toContain("following scopes: DeviceManagementRBAC.Read.All");
  });
});

describe("one device", () => {
  const hololens = named("HOLO-01");

  test("shows its type and SKU in beta, and not in v1.0", async () => {
    const path = `${DEVICES}/${hololens.id}`;
    const beta = await client.api(path).version("beta").get();
    expect(beta).toMatchObject({
      deviceName: "HOLO-01",
      deviceType: "holoLens",
      skuNumber: 136,
      skuFamily: "Holographic",
    });
    const stable = await client.api(path).get();
    expect(stable).toMatchObject({ deviceName: "HOLO-01", operatingSystem: "Windows" });
    for (const name of ["deviceType", "skuNumber", "skuFamily", "ownerType", "joinType", "chassisType"]) {
      expect(stable).not.toHaveProperty(name);
    }
  });

  test("shows exactly what $select names", async () => {
    const answer = await client.api(`${DEVICES}/${hololens.id}`).select(["id", "deviceName"]).get();
    expect(answer).toEqual({ "@odata.context": expect.any(String), id: hololens.id, deviceName: "HOLO-01" });
  });

  test.each([
    ["v1.0", "deviceType"],
    ["v1.0", "id,roleScopeTagIds"],
    ["beta", "colour"],
  ])("in %s refuses $select=%s", async (version, select) => {
    const error = await failure(client.api(`${DEVICES}/${hololens.id}`).version(version).select(select).get());
    expect(error).toMatchObject({ statusCode: 400, code: "BadRequest" });
    expect(error.message).toContain("Could not find a property named");
  });

  test("tells its scope tags only to who asks for them by id and $select", async () => {
    const tagged = company.find(({ roleScopeTagIds }) => roleScopeTagIds[0] === "7");
    const path = `${DEVICES}/${tagged?.id}`;
    expect((await client.api(path).version("beta").get()).roleScopeTagIds).toEqual([]);
    const answer = await client.api(path).version("beta").select("roleScopeTagIds").get();
    expect(answer.roleScopeTagIds).toEqual(["7"]);
    const list: Page = await client.api(DEVICES).version("beta").select("roleScopeTagIds").top(999).get();
    expect(list.value.every(({ roleScopeTagIds }) => roleScopeTagIds?.length === 0)).toBe(true);
  });

  test("that nobody knows is 404, and no GUID is 400, both with nested JSON", async () => {
    const unknown = await failure(client.api(`${DEVICES}/${NOBODY}`).get());
    expect(unknown).toMatchObject({ statusCode: 404, code: "ResourceNotFound" });
    expect(JSON.parse(unknown.message)._version).toBe(3);
    const malformed = await failure(client.api(`${DEVICES}/PC-001`).get());
    expect(malformed).toMatchObject({ statusCode: 400, code: "BadRequest" });
  });

  test("may come without managementState, and with nobody's fields empty or null", async () => {
    const { id } = named("WIN-NO-STATE-001");
    expect(await client.api(`${DEVICES}/${id}`).get()).not.toHaveProperty("managementState");
    const kiosk = await client.api(`${DEVICES}/${named("KIOSK-01").id}`).get();
    expect(kiosk).toMatchObject({ userId: null, userPrincipalName: null, emailAddress: null });
    const bulk = await client.api(`${DEVICES}/${named("WIN-BULK-001").id}`).get();
    expect(bulk).toMatchObject({ userId: "", userPrincipalName: "", emailAddress: "" });
  });
});

describe("the list of devices", () => {
  test.each([7, 100, 405])("in pages of %i holds every device once", async (top) => {
    const pages = await everyPage(await client.api(DEVICES).top(top).get());
    expect(pages.map(({ value }) => value.length)).toEqual(pages.map((page) => page["@odata.count"]));
    expect(pages.length).toBe(Math.ceil(company.length / top));
    const ids = pages.flatMap(({ value }) => value.map(({ id }) => id));
    expect(ids.toSorted()).toEqual(company.map(({ id }) => id).toSorted());
  });

  test("has pages of 100 unless asked otherwise", async () => {
    const page: Page = await client.api(DEVICES).get();
    expect(page.value.length).toBe(100);
    expect(page["@odata.nextLink"]).toContain("$skiptoken=LastDeviceName%3D%27");
  });

  test("counts the page, and everything found with $count", async () => {
    const page: Page = await client.api(DEVICES).top(3).count(true).get();
    expect([page["@odata.count"], page.value.length]).toEqual([company.length, 3]);
  });

  test("keeps filter, selection and version from page to page", async () => {
    const filter = encodeURIComponent("operatingSystem eq 'iOS'");
    const first: Page = await client.api(DEVICES).version("beta").filter(filter).select("id,deviceType").top(20).get();
    const devices = (await everyPage(first)).flatMap(({ value }) => value);
    expect(devices.length).toBe(company.filter(({ operatingSystem }) => operatingSystem === "iOS").length);
    expect(devices.every((device) => Object.keys(device).join() === "id,deviceType")).toBe(true);
  });

  test("neither repeats nor drops a device when others come and go between pages", async () => {
    const first: Page = await client.api(DEVICES).top(150).get();
    graph.putDevice({ deviceName: "!first of all" });
    graph.removeDevice(String(first.value.at(-1)?.id));
    const ids = (await everyPage(first)).flatMap(({ value }) => value.map(({ id }) => id));
    expect(ids.toSorted()).toEqual(company.map(({ id }) => id).toSorted());
  });

  test.each(["1000", "0", "-1", "all"])("refuses $top=%s", async (top) => {
    expect(await failure(client.api(DEVICES).query({ $top: top }).get())).toMatchObject({ statusCode: 400 });
  });

  test("refuses a skip token that is not its own, and $search", async () => {
    expect(await failure(client.api(DEVICES).skipToken("2").get())).toMatchObject({ statusCode: 400 });
    expect(await failure(client.api(DEVICES).search("PC").get())).toMatchObject({ statusCode: 400 });
  });
});

describe("a filter", () => {
  const some = company[200] as ManagedDevice;
  const honoured: [string, (device: ManagedDevice) => boolean][] = [
    ["deviceName eq 'PC-001'", (device) => device.deviceName === "PC-001"],
    ["deviceName eq 'pc-001'", (device) => device.deviceName === "PC-001"],
    ["deviceName eq 'duplicate-pc'", (device) => device.deviceName.toLowerCase() === "duplicate-pc"],
    ["contains(deviceName,'android')", (device) => device.deviceName.startsWith("ANDROID")],
    ["startsWith(deviceName,'HOLO')", (device) => device.deviceName.startsWith("HOLO")],
    ["operatingSystem eq 'macOS'", (device) => device.operatingSystem === "macOS"],
    ["userPrincipalName eq 'ana@contoso.example'", (device) => device.userDisplayName === "Ana Duval"],
    ["serialNumber eq 'SN-TWICE-0001'", (device) => device.serialNumber === "SN-TWICE-0001"],
    [`azureADDeviceId eq '${some.azureADDeviceId}'`, (device) => device.id === some.id],
    ["complianceState eq 'noncompliant'", (device) => device.complianceState === "noncompliant"],
    ["managementState eq 'retirePending'", (device) => device.managementState === "retirePending"],
    ["managementAgent eq 'msSense'", (device) => device.managementAgent === "msSense"],
    ["deviceType eq 'windowsRT'", (device) => device.deviceType === "windowsRT"],
    ["ownerType eq 'personal'", (device) => device.ownerType === "personal"],
    ["lastSyncDateTime lt 2026-10-01T00:00:00Z", (device) => device.lastSyncDateTime < "2026-10-01"],
    ["lastSyncDateTime gt 2026-11-20T00:00:00Z", (device) => device.lastSyncDateTime > "2026-11-20"],
    [
      "deviceType eq 'iPhone' or deviceType eq 'iPad'",
      ({ deviceType }) => deviceType === "iPhone" || deviceType === "iPad",
    ],
    [
      "(deviceType eq 'iPhone' or deviceType eq 'iPad') and ownerType eq 'personal'",
      ({ deviceType, ownerType }) => (deviceType === "iPhone" || deviceType === "iPad") && ownerType === "personal",
    ],
    [
      "operatingSystem eq 'Windows' and startswith(deviceName,'HUB')",
      (device) => device.operatingSystem === "Windows" && device.deviceName.startsWith("HUB"),
    ],
  ];
  test.each(honoured)("%s is honoured", async (filter, expected) => {
    const { value } = await withFilter(filter);
    const wanted = company.filter(expected).map(({ id }) => id);
    expect(wanted.length).toBeGreaterThan(0);
    expect(wanted.length).toBeLessThan(company.length);
    expect(value.map(({ id }) => id).toSorted()).toEqual(wanted.toSorted());
  });

  test.each([
    "userId eq '10000000-0000-4000-8000-000000000001'",
    "userId eq 10000000-0000-4000-8000-000000000001",
    "skuFamily eq 'Enterprise'",
    "skuNumber eq 4",
    "deviceEnrollmentType eq 'userEnrollment'",
    "emailAddress eq 'ana@contoso.example'",
    "userDisplayName eq 'Ana Duval'",
    "model eq 'HoloLens 2'",
    "noSuchProperty eq 'x'",
    "hasOwnProperty eq 'x'",
    "userPrincipalName eq ''",
    "deviceName eq ''",
    "contains(userPrincipalName,'ana')",
    "startswith(userPrincipalName,'ana')",
    "contains(tolower(deviceName),'pc')",
    "tolower(deviceName) eq 'pc-001'",
    "endswith(deviceName,'001')",
    "deviceName ne 'PC-001'",
    "deviceName in ('PC-001','MAC-KIM')",
    "not (deviceName eq 'PC-001')",
    "lastSyncDateTime ge 2026-11-20T00:00:00Z",
    "deviceName eq 'PC-001' or deviceName eq 'MAC-KIM'",
    "deviceName eq 'PC-001' or operatingSystem eq 'macOS'",
    "deviceName eq 'PC-001' and userId eq 'x'",
  ])("%s is dropped without a word: all devices, 200", async (filter) => {
    const { value } = await withFilter(filter);
    expect(value.length).toBe(company.length);
  });

  test("on a property that only beta has is dropped in v1.0", async () => {
    expect((await withFilter("deviceType eq 'holoLens'", "v1.0")).value.length).toBe(company.length);
    expect((await withFilter("deviceType eq 'holoLens'", "beta")).value.length).toBeLessThan(10);
  });

  test("with several Entra device ids finds the first only", async () => {
    const [one, other] = [named("PC-001"), named("MAC-KIM")];
    const filter = `azureADDeviceId eq '${one.azureADDeviceId}' or azureADDeviceId eq '${other.azureADDeviceId}'`;
    expect((await withFilter(filter)).value.map(({ deviceName }) => deviceName)).toEqual(["PC-001"]);
  });

  test.each(oddNames.filter((name) => name !== ""))("finds the device called %j by its escaped name", async (name) => {
    const { value } = await withFilter(`deviceName eq '${name.replaceAll("'", "''")}'`);
    expect(value.map(({ deviceName }) => deviceName)).toContain(name);
    expect(value.length).toBeLessThan(5);
  });

  test.each([
    "deviceName eq 'O'Brien's PC'",
    "deviceName eq 'PC-001",
    "deviceName",
    "eq 'PC-001'",
    "(deviceName eq 'x'",
  ])("that is no OData is refused: %s", async (filter) => {
    expect(await failure(withFilter(filter))).toMatchObject({ statusCode: 400, code: "BadRequest" });
  });

  test("that the client sends as it stands loses what follows an ampersand", async () => {
    const sentBare = client.api(DEVICES).filter("deviceName eq 'R&D #42 + 100%'").get();
    expect(await failure(sentBare)).toMatchObject({ statusCode: 400 });
    expect(graph.journal.at(-1)?.query.$filter).toBe("deviceName eq 'R");
  });
});

describe("a Company Portal notification", () => {
  const iPhone = named("PHONE-ANA");
  const text = { notificationTitle: "Remote support", notificationBody: "Ana, your help desk asks to connect." };
  const send = (device: ManagedDevice, body: object = text, version = "beta"): Promise<unknown> =>
    client.api(`${DEVICES}/${device.id}/sendCustomNotificationToCompanyPortal`).version(version).post(body);

  test("is taken with 204 and shown on the user's device", async () => {
    expect(await send(iPhone)).toBeUndefined();
    expect(graph.journal.at(-1)?.status).toBe(204);
    const shown = await control("GET", `notifications?deviceId=${iPhone.id}`);
    expect(shown).toEqual([
      {
        id: expect.any(String),
        deviceId: iPhone.id,
        title: text.notificationTitle,
        body: text.notificationBody,
        at: "2026-11-22T10:00:00.000Z",
        shown: true,
      },
    ]);
  });

  test("does not exist in v1.0", async () => {
    expect(await failure(send(iPhone, text, "v1.0"))).toMatchObject({ statusCode: 404, code: "BadRequest" });
    expect(graph.notifications()).toEqual([]);
  });

  test("may have 50 and 500 characters, counted as code points", async () => {
    await send(iPhone, { notificationTitle: "🙋".repeat(50), notificationBody: "語".repeat(500) });
    const tooLong = [
      { ...text, notificationTitle: "🙋".repeat(51) },
      { ...text, notificationBody: "x".repeat(501) },
    ];
    for (const body of tooLong) expect(await failure(send(iPhone, body))).toMatchObject({ statusCode: 400 });
    expect(graph.notifications().length).toBe(1);
  });

  test.each([
    [{ notificationTitle: "Only a title" }],
    [{ ...text, notificationBody: "" }],
    [{ ...text, notificationBody: 7 }],
    [{ ...text, groupsToNotify: [] }],
    [[]],
  ])("is refused when its body is %j", async (body) => {
    expect(await failure(send(iPhone, body))).toMatchObject({ statusCode: 400, code: "BadRequest" });
  });

  test("is refused with 429 and no Retry-After when it is the eleventh within an hour, for that device alone", async () => {
    for (let sent = 0; sent < 10; sent += 1) await send(iPhone);
    const error = await failure(send(iPhone));
    expect(error).toMatchObject({ statusCode: 429 });
    expect(error.headers?.has("retry-after")).toBe(false);
    await send(named("ANDROID-LEE"));
    nowMs += 3_600_000;
    await send(iPhone);
    expect(graph.notifications(iPhone.id).length).toBe(11);
  });

  test.each([
    ["PHONE-ANA", undefined],
    ["IPAD-001", undefined],
    ["ANDROID-LEE", undefined],
    ["ANDROID-BYOD-API-001", undefined],
    ["PC-001", "platform"],
    ["MAC-KIM", "platform"],
    ["ANDROID-CORP", "platform"],
    ["ANDROID-COPE-001", "platform"],
    ["ANDROID-ADMIN-001", "platform"],
    ["AOSP-USER-001", "platform"],
    ["IPHONE-SHARED-001", "no-user"],
    ["IPAD-SHARED-001", "no-user"],
  ])("for %s is taken; why nobody sees it: %s", async (name, reason) => {
    await send(named(name));
    expect(graph.notifications()).toMatchObject([{ shown: reason === undefined, ...(reason ? { reason } : {}) }]);
  });

  test("for a device that is gone is 404", async () => {
    graph.removeDevice(iPhone.id);
    expect(await failure(send(iPhone))).toMatchObject({ statusCode: 404, code: "ResourceNotFound" });
  });

  test("whose answer gets lost was sent all the same", async () => {
    graph.addFault({ method: "POST", behaviour: "reset-after" });
    expect(await failure(send(iPhone))).toMatchObject({ statusCode: -1 });
    expect(graph.notifications(iPhone.id).length).toBe(1);
    expect(graph.journal.at(-1)).toMatchObject({ status: 0, fault: "fault-1", body: JSON.stringify(text) });
  });

  test("that is cut off before any work was not sent", async () => {
    graph.addFault({ method: "POST", behaviour: "reset" });
    expect(await failure(send(iPhone))).toMatchObject({ statusCode: -1 });
    expect(graph.notifications()).toEqual([]);
  });
});

describe("people", () => {
  test("are found by id and by sign-in name, with their language", async () => {
    const user = await client.api("/users/ana@contoso.example").select("id,preferredLanguage,accountEnabled").get();
    expect(user).toMatchObject({ id: named("PHONE-ANA").userId, preferredLanguage: "fr-FR", accountEnabled: true });
    const again = await client.api(`/users/${user.id}`).get();
    expect(again).toMatchObject({ displayName: "Ana Duval", mail: "ana@contoso.example" });
    expect(again).not.toHaveProperty("accountEnabled");
  });

  test.each(demoUsers().map(({ userPrincipalName }) => userPrincipalName))("%s is found when encoded", async (name) => {
    const user = await client.api(`/users/${encodeURIComponent(name)}`).get();
    expect(user.userPrincipalName).toBe(name);
  });

  test("nobody knows are 404 with the directory's own code, not nested", async () => {
    const error = await failure(client.api("/users/nobody@contoso.example").get());
    expect(error).toMatchObject({ statusCode: 404, code: "Request_ResourceNotFound" });
    expect(error.message).toMatch(/^Resource 'nobody@contoso\.example' does not exist/);
  });

  test("have their devices listed", async () => {
    const { value }: Page = await client.api("/users/lee@contoso.example/managedDevices").version("beta").get();
    const expected = company.filter(({ userPrincipalName }) => userPrincipalName === "lee@contoso.example");
    expect(value.map(({ deviceName }) => deviceName)).toEqual(expected.map(({ deviceName }) => deviceName).toSorted());
    expect(value).toContainEqual(expect.objectContaining({ deviceName: "ANDROID-LEE" }));
  });

  test("belong to one organization", async () => {
    const { value } = await client.api("/organization").get();
    expect(value).toEqual([{ id: "0f0e0d0c-0b0a-4908-8706-050403020100", displayName: "Contoso" }]);
  });
});

describe("an e-mail", () => {
  const message = {
    subject: "Remote support request",
    body: { contentType: "HTML", content: "<p>Hello</p>" },
    toRecipients: [{ emailAddress: { address: "ana@contoso.example" } }],
  };
  const mail = { message, saveToSentItems: false };
  const send = (body: unknown, from = "it-support@contoso.example") =>
    client.api(`/users/${encodeURIComponent(from)}/sendMail`).post(body);

  test("is taken with 202 and an empty answer, and can be looked at", async () => {
    await send(mail);
    expect(graph.journal.at(-1)?.status).toBe(202);
    expect(graph.mails()).toEqual([
      {
        id: expect.any(String),
        from: "it-support@contoso.example",
        to: ["ana@contoso.example"],
        subject: "Remote support request",
        html: "<p>Hello</p>",
        at: "2026-11-22T10:00:00.000Z",
      },
    ]);
    expect(await control("GET", "mails?to=ana@contoso.example")).toEqual(graph.mails());
    expect(await control("GET", "mails?to=paula@contoso.example")).toEqual([]);
  });

  test("may be sent by a mailbox's user id", async () => {
    const { id } = await client.api("/users/it-support@contoso.example").get();
    await send(mail, id);
    expect(graph.mails()[0]?.from).toBe("it-support@contoso.example");
  });

  test.each([
    ["no message", {}, "RequestBodyRead"],
    ["no subject", { message: { ...message, subject: "" } }, "RequestBodyRead"],
    ["no body", { message: { ...message, body: undefined } }, "RequestBodyRead"],
    ["an empty body", { message: { ...message, body: { contentType: "HTML", content: "" } } }, "RequestBodyRead"],
    [
      "a body of unknown kind",
      { message: { ...message, body: { contentType: "MD", content: "x" } } },
      "RequestBodyRead",
    ],
    ["a field that nobody knows", { message: { ...message, colour: "red" } }, "RequestBodyRead"],
    ["a parameter that nobody knows", { ...mail, later: true }, "RequestBodyRead"],
    ["no recipient", { message: { ...message, toRecipients: [] } }, "ErrorInvalidRecipients"],
    [
      "a recipient who is no address",
      { message: { ...message, toRecipients: [{ emailAddress: { address: "ana" } }] } },
      "ErrorInvalidRecipients",
    ],
  ])("with %s is 400, and not sent", async (_title, body, code) => {
    expect(await failure(send(body))).toMatchObject({ statusCode: 400, code });
    expect(graph.mails()).toEqual([]);
  });

  test("from nobody, or from somebody without a mailbox, is 404", async () => {
    expect(await failure(send(mail, "nobody@contoso.example"))).toMatchObject({
      statusCode: 404,
      code: "ErrorInvalidUser",
    });
    expect(await failure(send(mail, "no.mailbox@contoso.example"))).toMatchObject({
      statusCode: 404,
      code: "MailboxNotEnabledForRESTAPI",
    });
    expect(graph.mails()).toEqual([]);
  });
});

describe("an entry in the activity feed", () => {
  const activity = {
    topic: { source: "text", value: "Remote support", webUrl: "https://teams.microsoft.com/l/entity/a/b" },
    activityType: "systemDefault",
    previewText: { content: "Your help desk asks" },
    templateParameters: [{ name: "systemDefaultText", value: "Remote support request" }],
  };
  const ana = named("PHONE-ANA").userId ?? "";
  const send = (body: unknown, to = ana) => client.api(`/users/${to}/teamwork/sendActivityNotification`).post(body);

  test("is taken with 204, and can be looked at", async () => {
    expect(await send(activity)).toBeUndefined();
    expect(graph.journal.at(-1)?.status).toBe(204);
    expect(graph.activities()).toEqual([
      {
        id: expect.any(String),
        userId: ana,
        title: "Remote support",
        text: "Remote support request",
        preview: "Your help desk asks",
        webUrl: "https://teams.microsoft.com/l/entity/a/b",
        at: "2026-11-22T10:00:00.000Z",
      },
    ]);
    expect(await control("GET", `activities?userId=${ana}`)).toEqual(graph.activities());
    expect(await control("GET", "activities?userId=somebody")).toEqual([]);
  });

  test.each([
    ["no topic", { topic: undefined }],
    ["a topic without a link", { topic: { ...activity.topic, webUrl: undefined } }],
    ["a topic without a title", { topic: { ...activity.topic, value: "" } }],
    ["a link out of Teams", { topic: { ...activity.topic, webUrl: "https://assist.contoso.example/h/1" } }],
    ["a type that no manifest declares", { activityType: "helpAsked" }],
    ["no preview", { previewText: undefined }],
    ["a preview of 151 characters", { previewText: { content: "😀".repeat(151) } }],
    ["no text for its type", { templateParameters: [] }],
    ["a parameter of another type", { templateParameters: [{ name: "actor", value: "IT" }] }],
    ["a field that nobody knows", { colour: "red" }],
  ])("with %s is 400, and not shown", async (_title, change) => {
    expect(await failure(send({ ...activity, ...change }))).toMatchObject({ statusCode: 400, code: "BadRequest" });
    expect(graph.activities()).toEqual([]);
  });

  test("may have a preview of 150 characters", async () => {
    await send({ ...activity, previewText: { content: "😀".repeat(150) } });
    expect(graph.activities()).toHaveLength(1);
  });

  test("for somebody who has not installed the app is 403 in Teams' words, until they do", async () => {
    await control("DELETE", `teams-app/${ana}`);
    const error = await failure(send(activity));
    expect(error).toMatchObject({ statusCode: 403, code: "Forbidden" });
    expect(error.message).toMatch(/^Application with AAD App Id .* Ensure that the expected Teams app is installed/);
    expect(graph.activities()).toEqual([]);
    await control("POST", `teams-app/${ana}`);
    await send(activity);
    expect(graph.activities()).toHaveLength(1);
  });

  test("for somebody nobody knows is 404", async () => {
    expect(await failure(send(activity, NOBODY))).toMatchObject({ statusCode: 404 });
  });
});

describe("trouble", () => {
  test("429 with Retry-After is got over by the client's own retry of a GET", async () => {
    graph.addFault({ method: "GET", status: 429, headers: { "retry-after": "0" }, body: { error: { code: "x" } } });
    const page: Page = await client.api(DEVICES).top(1).get();
    expect(page.value.length).toBe(1);
    expect(graph.journal.map(({ status }) => status)).toEqual([429, 200]);
  });

  test("a call that hangs ends by the caller's deadline", async () => {
    graph.addFault({ behaviour: "hang" });
    const error = await failure(
      client
        .api(DEVICES)
        .options({ signal: AbortSignal.timeout(50) })
        .get(),
    );
    expect(error.statusCode).toBe(-1);
  });

  test("a page may lead to another host", async () => {
    const link = "https://graph.evil.example/v1.0/deviceManagement/managedDevices";
    graph.addFault({ path: "managedDevices", status: 200, body: { value: [], "@odata.nextLink": link } });
    const page: Page = await client.api(DEVICES).get();
    expect(() => followable(graph.url, String(page["@odata.nextLink"]))).toThrow("leads away");
  });

  test.each([
    ["v1.0", "/deviceManagement/windowsFleet", "Resource not found for the segment 'windowsFleet'."],
    ["beta", "/me/planner", "Resource not found for the segment 'planner'."],
    ["v2.0", "/users", "Invalid version: v2.0"],
  ])("a wrong path is 404 in Graph's words: /%s%s", async (version, path, message) => {
    expect(await failure(client.api(path).version(version).get())).toMatchObject({ statusCode: 404, message });
  });

  test("the journal tells what was asked", async () => {
    await client.api(DEVICES).top(1).header("client-request-id", "mine").get();
    expect(graph.journal.at(-1)).toMatchObject({
      method: "GET",
      path: "/v1.0/deviceManagement/managedDevices",
      query: { $top: "1" },
      headers: { "client-request-id": "mine", authorization: expect.stringMatching(/^Bearer /) },
      status: 200,
    });
  });
});

describe("behind the service's back", () => {
  test("a device is added, changed and taken away", async () => {
    const added = await control("POST", "devices", { deviceName: "PC-NEW", operatingSystem: "Windows" });
    expect((await withFilter("deviceName eq 'PC-NEW'")).value.length).toBe(1);

    await control("POST", "devices", { id: added.id, userId: "somebody else", managementState: "retirePending" });
    const changed = await client.api(`${DEVICES}/${added.id}`).get();
    expect(changed).toMatchObject({ deviceName: "PC-NEW", userId: "somebody else", managementState: "retirePending" });

    await control("DELETE", `devices/${added.id}`);
    expect(await failure(client.api(`${DEVICES}/${added.id}`).get())).toMatchObject({ statusCode: 404 });
  });

  test("the state outlives a restart when it has a file", async () => {
    const folder = mkdtempSync(join(tmpdir(), "graph-"));
    const file = join(folder, "graph.json");
    try {
      const first = await start({ file });
      const { id } = first.putDevice({ deviceName: "PC-KEPT" });
      await first.close();
      const second = await start({ file });
      const device = await graphClient(second.url).api(`${DEVICES}/${id}`).get();
      expect(device.deviceName).toBe("PC-KEPT");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("state that an older version kept, before e-mails and activities were, is gone on with", async () => {
    const folder = mkdtempSync(join(tmpdir(), "graph-"));
    const file = join(folder, "graph.json");
    try {
      writeFileSync(file, JSON.stringify({ devices: [], users: demoUsers(), notifications: [] }));
      const old = await start({ file });
      expect([old.mails(), old.activities(), old.devices()]).toEqual([[], [], []]);
      old.uninstallTeamsApp("ana");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("a small company of one's own can be given", async () => {
    const small = await start({ devices: [named("PC-001")], users: [] });
    const page: Page = await graphClient(small.url).api(DEVICES).get();
    expect(page.value.map(({ deviceName }) => deviceName)).toEqual(["PC-001"]);
  });
});

async function control(method: string, path: string, body?: object) {
  const answer = await fetch(`${graph.url}/_control/${path}`, {
    method,
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await answer.text();
  return text === "" ? undefined : JSON.parse(text);
}
