import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { StandInAnswer, StandInRequest } from "../../../../infra/local/stand-in.ts";
import { makeDeviceDirectory } from "../../../../lib/adapters/graph/device-directory.ts";
import { managedDeviceProperties } from "../../../../lib/adapters/graph/managed-device.ts";
import type { DeviceSearch } from "../../../../lib/devices/ports.ts";
import { type AGraph, refusal, startAGraph } from "./a-graph.ts";

const DEVICES = "/beta/deviceManagement/managedDevices";
const idOf = (number: number) => `d0000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
const managed = (number: number, changes: Record<string, unknown> = {}) => ({
  id: idOf(number),
  deviceName: `PC-${number}`,
  operatingSystem: "Windows",
  ...changes,
});

let graph: AGraph;

beforeAll(async () => {
  graph = await startAGraph();
});
beforeEach(() => graph.reset());
afterAll(() => graph.close());

const directory = () => makeDeviceDirectory(graph.client());
const search = (changes: Partial<DeviceSearch> = {}) =>
  directory().search({ text: "", platform: undefined, top: 50, page: undefined, ...changes });
const list = (...devices: unknown[]): StandInAnswer => ({ status: 200, json: { value: devices } });
const namesOf = async (found: ReturnType<typeof search>) => (await found).devices.map(({ name }) => name);
const kindOf = ({ query }: StandInRequest) =>
  /deviceName|serialNumber|userPrincipalName|userDisplayName/.exec(query.get("$filter") ?? "")?.[0];
/** Answers each of the queries of one search by the field that it asks for. */
const byField = (answers: Record<string, StandInAnswer>) =>
  graph.answerWith((request) => answers[kindOf(request) ?? ""] ?? list());

describe("Looking up a device", () => {
  test("asks the beta API for the properties that are read, once", async () => {
    graph.answerWith({ status: 200, json: managed(1) });
    expect(await directory().find(idOf(1))).toMatchObject({ id: idOf(1), name: "PC-1", platform: "windows" });
    expect(graph.journal).toHaveLength(1);
    expect(graph.journal[0]).toMatchObject({
      method: "GET",
      path: `${DEVICES}/${idOf(1)}`,
      query: { $select: managedDeviceProperties },
    });
  });

  test("takes the id in any letters, and keeps it one segment of the path", async () => {
    graph.answerWith({ status: 200, json: managed(10, { id: "d0000000-0000-4000-8000-00000000000a" }) });
    expect(await directory().find("D0000000-0000-4000-8000-00000000000A")).toBeDefined();
    await directory()
      .find("../users?x=1#")
      .catch(() => undefined);
    expect(graph.journal[1]).toMatchObject({ path: `${DEVICES}/..%2Fusers%3Fx%3D1%23` });
  });

  test("finds none where Intune has none", async () => {
    graph.answerWith(refusal(404));
    expect(await directory().find(idOf(1))).toBeUndefined();
  });

  test("never takes another device for the one that was asked for", async () => {
    graph.answerWith({ status: 200, json: managed(2) });
    await expect(directory().find(idOf(1))).rejects.toMatchObject({ code: "upstream-invalid" });
  });

  test.each([{}, { id: "1" }, { value: [] }, []])("does not take %j for a device", async (json) => {
    graph.answerWith({ status: 200, json });
    await expect(directory().find(idOf(1))).rejects.toMatchObject({
      code: "upstream-invalid",
      message: expect.stringContaining("Graph"),
    });
  });

  test.each([
    [403, "upstream-invalid"],
    [503, "upstream-unavailable"],
  ])("that Graph answers with %i ends as %s", async (status, code) => {
    graph.answerWith(refusal(status));
    await expect(directory().find(idOf(1))).rejects.toMatchObject({ code });
  });
});

describe("Searching for devices", () => {
  test("without a text lists all of them by one query of as many as Graph gives", async () => {
    graph.answerWith(list(managed(2), managed(1)));
    expect(await search()).toMatchObject({ devices: [{ name: "PC-1" }, { name: "PC-2" }], nextPage: undefined });
    expect(graph.journal).toHaveLength(1);
    expect(graph.journal[0]).toMatchObject({ method: "GET", path: DEVICES });
    expect(graph.journal[0]?.query).toEqual({ $select: managedDeviceProperties, $top: "999" });
  });

  test("by a text asks for names, serial numbers and users, with the quotes doubled (OData 4.01 URL conventions 5.1.1.6.1)", async () => {
    graph.answerWith(list());
    await search({ text: "O'Brien + 1" });
    expect(graph.journal.map(({ query }) => query.$filter).sort()).toEqual([
      "contains(deviceName,'O''Brien + 1')",
      "serialNumber eq 'O''Brien + 1'",
      "startswith(userDisplayName,'O''Brien + 1')",
      "startswith(userPrincipalName,'O''Brien + 1')",
    ]);
    for (const { query } of graph.journal)
      expect(query).toMatchObject({ $select: managedDeviceProperties, $top: "999" });
  });

  test("writes blanks in a query so that no server takes them for plus signs", async () => {
    graph.answerWith(list());
    const urls: string[] = [];
    const client = graph.client();
    const watching = Object.create(client, {
      api: {
        value: (path: string) => {
          urls.push(path);
          return client.api(path);
        },
      },
    });
    await makeDeviceDirectory(watching).search({ text: "a b c", platform: undefined, top: 1, page: undefined });
    expect(urls).toHaveLength(4);
    for (const url of urls) expect(url).not.toMatch(/\+/);
    expect(urls[0]).toMatch(/a%20b%20c/);
  });

  test("finds a device once, whatever it was found by", async () => {
    const device = managed(1, { deviceName: "anna-pc", userPrincipalName: "anna@contoso.example" });
    byField({
      deviceName: list(device),
      userPrincipalName: list(device, managed(2, { emailAddress: "Anna@x.example" })),
    });
    expect(await namesOf(search({ text: "ANNA" }))).toEqual(["anna-pc", "PC-2"].sort((a, b) => a.localeCompare(b)));
  });

  test.each([
    ["deviceName", "name"],
    ["serialNumber", "serial number"],
    ["userDisplayName", "user"],
    ["userPrincipalName", "sign-in name"],
    ["emailAddress", "e-mail"],
  ])("finds it by a part of its %s, in any letters", async (field) => {
    byField({ deviceName: list(managed(1, { [field]: "a XyZ b" }), managed(2)) });
    expect((await search({ text: "xYz" })).devices.map(({ id }) => id)).toEqual([idOf(1)]);
  });

  test("leaves out what does not fit: Intune answers filters that it does not know with all devices", async () => {
    graph.answerWith(list(managed(1), managed(2, { model: "xyz", manufacturer: "xyz" })));
    expect(await namesOf(search({ text: "xyz" }))).toEqual([]);
  });

  test("asks no more when Intune has answered by all devices", async () => {
    byField({ userDisplayName: list(managed(1), managed(2, { userPrincipalName: "ana@contoso.example" })) });
    expect(await namesOf(search({ text: "ana@" }))).toEqual(["PC-2"]);
    expect(
      graph.journal.map(({ query }) => /deviceName|serialNumber|user\w+/.exec(query.$filter ?? "")?.[0]).sort(),
    ).toEqual(["deviceName", "serialNumber", "userDisplayName"]);
  });

  test("for one platform finds no other", async () => {
    graph.answerWith(list(managed(1), managed(2, { operatingSystem: "macOS" })));
    expect(await namesOf(search({ platform: "macos" }))).toEqual(["PC-2"]);
    expect(await namesOf(search({ platform: "windows", text: "PC" }))).toEqual(["PC-1"]);
  });

  test("orders by name, and by id where names are the same", async () => {
    const named = (number: number, deviceName: string) => managed(number, { deviceName });
    graph.answerWith(list(named(3, "b"), named(2, "a"), named(4, "Ä"), named(1, "b")));
    expect((await search()).devices.map(({ id }) => id)).toEqual([idOf(2), idOf(4), idOf(1), idOf(3)]);
  });

  test("leaves out a device that cannot be read, so that it does not hide the others", async () => {
    graph.answerWith(list({ id: "1" }, null, managed(1)));
    expect(await namesOf(search())).toEqual(["PC-1"]);
  });

  test.each([{}, { value: "all" }, [], { value: [], "@odata.nextLink": 1 }])(
    "does not take %j for a list",
    async (json) => {
      graph.answerWith({ status: 200, json });
      await expect(search()).rejects.toMatchObject({ code: "upstream-invalid" });
    },
  );
});

describe("A search that Intune refuses in part", () => {
  const device = managed(1, { deviceName: "anna" });

  test.each(["serialNumber", "userPrincipalName", "userDisplayName"])(
    "finds what the others find when it cannot be searched by %s",
    async (field) => {
      byField({ deviceName: list(device), [field]: refusal(400) });
      expect(await namesOf(search({ text: "anna" }))).toEqual(["anna"]);
    },
  );

  test("fails when it cannot be searched by name", async () => {
    byField({ deviceName: refusal(400), userPrincipalName: list(device) });
    await expect(search({ text: "anna" })).rejects.toMatchObject({ code: "upstream-invalid" });
  });

  test.each([401, 403, 404, 429, 500])(
    "fails when a field is answered with %i: it would hide devices",
    async (status) => {
      byField({ deviceName: list(device), serialNumber: refusal(status) });
      await expect(search({ text: "anna" })).rejects.toMatchObject({ code: expect.stringMatching(/^upstream-/) });
    },
  );

  test("fails when a field's answer cannot be used or is lost", async () => {
    byField({ deviceName: list(device), serialNumber: { status: 200, json: {} } });
    await expect(search({ text: "anna" })).rejects.toMatchObject({ code: "upstream-invalid" });
    graph.addFault({ behaviour: "reset", times: 0 });
    await expect(search({ text: "anna" })).rejects.toMatchObject({ code: "upstream-unavailable" });
  });
});

describe("A list of several pages", () => {
  const withNext = (next: unknown, ...devices: unknown[]): StandInAnswer => ({
    status: 200,
    json: { value: devices, "@odata.nextLink": next },
  });

  test("is read to its end, at the configured address whatever host the links name", async () => {
    const nextLink = "https://evil.example/BETA/deviceManagement/manageddevices?$top=999&$skiptoken=a%2Bb";
    graph.answerWith(({ query }) => (query.has("$skiptoken") ? list(managed(2)) : withNext(nextLink, managed(1))));
    expect(await namesOf(search())).toEqual(["PC-1", "PC-2"]);
    expect(graph.journal).toHaveLength(2);
    expect(graph.journal[1]).toMatchObject({ path: DEVICES, query: { $top: "999", $skiptoken: "a+b" } });
  });

  test.each([
    "/v1.0/deviceManagement/managedDevices?$skiptoken=1",
    "/beta/users",
    "/beta/deviceManagement/managedDevices/1/wipe",
  ])("is not followed to another resource: %s", async (path) => {
    graph.answerWith(withNext(`https://graph.microsoft.com${path}`, managed(1)));
    await expect(search()).rejects.toMatchObject({ code: "upstream-invalid" });
    expect(graph.journal).toHaveLength(1);
  });

  test("is not followed by a link that is none", async () => {
    graph.answerWith(withNext("next please", managed(1)));
    await expect(search()).rejects.toMatchObject({ code: "upstream-invalid" });
  });

  test("ends where a link is empty", async () => {
    graph.answerWith(withNext("", managed(1)));
    expect(await namesOf(search())).toEqual(["PC-1"]);
    expect(graph.journal).toHaveLength(1);
  });

  test("is read for ten pages at most: links may lead in circles", async () => {
    let pages = 0;
    graph.answerWith(() => {
      pages += 1;
      return withNext(`https://graph.microsoft.com${DEVICES}?$skiptoken=${pages}`, managed(pages));
    });
    expect((await search()).devices).toHaveLength(10);
    expect(graph.journal).toHaveLength(10);
  });
});

describe("A search in a company with more devices than are read", () => {
  const beyond = managed(20_000, { deviceName: "PC-ZOE", userDisplayName: "Zoe Moreau", userId: "zoe" });
  const people = (...ids: string[]): StandInAnswer => ({ status: 200, json: { value: ids.map((id) => ({ id })) } });
  const isPeople = ({ path }: StandInRequest) => path === "/v1.0/users";
  const devicesOf = (id: string) => `/beta/users/${id}/managedDevices`;
  let pages = 0;

  /** Intune finds the device called Zoe-1, drops the other filters, and never comes to an end of all its devices. */
  const endless = (answers: Record<string, StandInAnswer> = {}) =>
    graph.answerWith((request) => {
      if (isPeople(request)) return answers.people ?? people("zoe");
      if (request.path.startsWith("/beta/users/")) return answers[request.path] ?? list(beyond);
      if (kindOf(request) === "deviceName") return list(managed(1, { deviceName: "Zoe-1" }));
      if (kindOf(request) === "serialNumber") return list();
      pages += 1;
      const next = `https://graph.microsoft.com${DEVICES}?$skiptoken=${pages}`;
      return { status: 200, json: { value: [managed(2)], "@odata.nextLink": next } };
    });
  const askedOfPeople = () => graph.journal.filter(({ path }) => path.includes("/users"));

  test("finds the devices of the people whose name, sign-in name or address begins with the text", async () => {
    endless();
    expect(await namesOf(search({ text: "zoe" }))).toEqual(["PC-ZOE", "Zoe-1"]);
    expect(askedOfPeople()).toMatchObject([
      {
        path: "/v1.0/users",
        query: {
          $select: "id",
          $top: "10",
          $filter:
            "startswith(displayName,'zoe') or startswith(givenName,'zoe') or startswith(surname,'zoe') or startswith(userPrincipalName,'zoe') or startswith(mail,'zoe')",
        },
      },
      { path: devicesOf("zoe"), query: { $select: managedDeviceProperties, $top: "999" } },
    ]);
  });

  test("asks for people with the quotes doubled and each id one segment of the path", async () => {
    endless({ people: people("a/b?c") });
    await search({ text: "O'Brien" });
    expect(askedOfPeople()[0]?.query.$filter).toMatch(/^startswith\(displayName,'O''Brien'\) or /);
    expect(askedOfPeople()[1]?.path).toBe(devicesOf("a%2Fb%3Fc"));
  });

  test("finds each device once, those of several people, and none that does not fit", async () => {
    const [another, older, strange] = [
      managed(3, { deviceName: "PC-3", emailAddress: "zoe.b@contoso.example" }),
      managed(1, { deviceName: "Zoe-1" }),
      managed(4, { deviceName: "PC-4", userDisplayName: "Somebody Else" }),
    ];
    endless({ people: people("zoe", "b"), [devicesOf("b")]: list(another, older, strange) });
    expect(await namesOf(search({ text: "Zoe" }))).toEqual(["PC-3", "PC-ZOE", "Zoe-1"]);
    expect(await namesOf(search({ text: "Zoe", platform: "macos" }))).toEqual([]);
  });

  test.each<[string, Record<string, StandInAnswer>]>([
    ["may not read people", { people: refusal(403) }],
    ["is not understood by Entra", { people: refusal(400) }],
    ["asks for somebody who has left", { [devicesOf("zoe")]: refusal(404) }],
    ["may not read a person's devices", { [devicesOf("zoe")]: refusal(403) }],
  ])("that %s finds what Intune found", async (_how, answers) => {
    endless(answers);
    expect(await namesOf(search({ text: "zoe" }))).toEqual(["Zoe-1"]);
  });

  test("shows the devices of the others when one person has none", async () => {
    endless({ people: people("gone", "zoe"), [devicesOf("gone")]: refusal(404) });
    expect(await namesOf(search({ text: "zoe" }))).toEqual(["PC-ZOE", "Zoe-1"]);
  });

  test.each<[string, Record<string, StandInAnswer>]>([
    ["people", { people: refusal(429) }],
    ["people", { people: { status: 200, json: { value: [{}] } } }],
    ["a person's devices", { [devicesOf("zoe")]: refusal(503) }],
  ])("fails when %s cannot be had for now: it would hide devices", async (_what, answers) => {
    endless(answers);
    await expect(search({ text: "zoe" })).rejects.toMatchObject({ code: expect.stringMatching(/^upstream-/) });
  });

  test("asks for nobody when no text is searched for, nor where all devices were read", async () => {
    endless();
    await search();
    graph.answerWith(list(beyond));
    await search({ text: "zoe" });
    expect(askedOfPeople()).toEqual([]);
  });
});

describe("Pages of a search", () => {
  beforeEach(() => graph.answerWith(list(managed(3), managed(1), managed(2))));

  test("follow each other without gap or repetition, and end", async () => {
    const first = await search({ top: 2 });
    expect(first.devices.map(({ name }) => name)).toEqual(["PC-1", "PC-2"]);
    const second = await search({ top: 2, page: first.nextPage });
    expect(second).toMatchObject({ devices: [{ name: "PC-3" }], nextPage: undefined });
    const one = await search({ top: 1 });
    const two = await search({ top: 1, page: one.nextPage });
    const three = await search({ top: 1, page: two.nextPage });
    expect([one, two, three].flatMap(({ devices }) => devices.map(({ name }) => name))).toEqual([
      "PC-1",
      "PC-2",
      "PC-3",
    ]);
    expect(three.nextPage).toBeUndefined();
  });

  test("are found however far on they are", async () => {
    graph.answerWith(list(...Array.from({ length: 12 }, (_, index) => managed(index, { deviceName: "PC" }))));
    const first = await search({ top: 10 });
    const second = await search({ top: 10, page: first.nextPage });
    expect(second.devices.map(({ id }) => id)).toEqual([idOf(10), idOf(11)]);
  });

  test("that hold all leave no further page", async () => {
    expect(await search({ top: 3 })).toMatchObject({ devices: { length: 3 }, nextPage: undefined });
  });

  test.each([
    "",
    "2",
    "devices 2",
    "devices",
    "devices x",
    "devices -1",
    "devices 1234567",
    "my devices 2",
    "devices 2 ",
  ])("are only those that a list gave, not %j", async (text) => {
    const page = text === "devices 2" ? text : Buffer.from(text).toString("base64url");
    await expect(search({ page })).rejects.toMatchObject({ code: "invalid-request" });
  });
});

describe("A user's language", () => {
  test("is the one that the user prefers, asked from the released API", async () => {
    graph.answerWith({ status: 200, json: { preferredLanguage: "de-AT" } });
    expect(await directory().languageOf("u/1")).toBe("de-AT");
    expect(graph.journal).toHaveLength(1);
    expect(graph.journal[0]).toMatchObject({
      method: "GET",
      path: "/v1.0/users/u%2F1",
      query: { $select: "preferredLanguage" },
    });
  });

  test.each<[string, StandInAnswer]>([
    ["has none", { status: 200, json: { preferredLanguage: null } }],
    ["tells none", { status: 200, json: {} }],
    ["tells another thing", { status: 200, json: { preferredLanguage: 7 } }],
    ["is gone", refusal(404)],
    ["may not be read", refusal(403)],
    ["is not answered for", refusal(503)],
  ])("is unknown, and no error, when the user %s", async (_how, answer) => {
    graph.answerWith(answer);
    expect(await directory().languageOf("u1")).toBeUndefined();
  });
});
