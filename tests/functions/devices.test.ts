import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { type DeviceView, deviceSchema } from "../../lib/devices/device.ts";
import { listSchema } from "../../lib/http/paging.ts";
import { startTestApp, type TestApp } from "../app.ts";
import { must, requesting } from "../requesting.ts";

type List = { value: DeviceView[]; nextPage?: string };

let product: TestApp;
let agent: ReturnType<typeof requesting>;

beforeAll(async () => {
  product = await startTestApp();
  agent = requesting(product);
});

afterEach(() => product.clearFaults());
afterAll(() => product.stop());

const ask = (query: string) => agent.call("GET", `/api/devices${query}`);
const search = async (text: string, rest = "") =>
  must(await ask(`?search=${encodeURIComponent(text)}${rest}`), 200).json<List>();
const names = ({ value }: List) => value.map(({ name }) => name);

describe("The search for devices", () => {
  test("finds them by a part of their name, each with its eligibility, as the schema says", async () => {
    const found = listSchema(deviceSchema).parse(await search("phone-ana"));
    const [phone] = found.value;
    expect(phone).toMatchObject({
      name: "PHONE-ANA",
      platform: "ios",
      userName: "Ana Duval",
      eligibility: { eligible: true, reasons: [], channels: ["companyPortal"] },
    });
    expect(names(await search("HOLO-01"))).toEqual(["HOLO-01"]);
    const [holo] = (await search("HOLO-01")).value;
    expect(holo?.eligibility).toMatchObject({ eligible: false, channels: [] });
    expect(holo?.eligibility.reasons[0]?.code).toBe("hololens");
  });

  test("finds them by their user's name and by their serial number", async () => {
    const { id, serialNumber } = agent.device("PC-001", { deviceName: "PC-SERIAL", serialNumber: "SN-ONE-OF-A-KIND" });
    expect((await search(String(serialNumber))).value.map((each) => each.id)).toEqual([id]);
    expect(names(await search("Ana Duval"))).toContain("PHONE-ANA");
    expect(names(await search("ana@contoso.example"))).toContain("PHONE-ANA");
  });

  test.each([
    "O'Brien's PC",
    "'; drop table devices; --",
    "R&D #42 + 100%",
    "a&b=c?d#e",
    "💻 Büro 🇩🇪",
    "eq 'PC-001' or deviceName eq 'PC-001",
  ])("finds %s by its whole name and nothing else", async (name) => {
    expect(new Set(names(await search(name)))).toEqual(new Set([name]));
  });

  test("finds nothing for what nobody is called", async () => {
    expect(await search("no such device anywhere")).toEqual({ value: [] });
  });

  test("keeps to a platform, however it is written", async () => {
    const { value } = await search("", "&platform=IOS&top=200");
    expect(new Set(value.map(({ platform }) => platform))).toEqual(new Set(["ios"]));
    expect(value.length).toBeGreaterThan(1);
  });

  test("goes through all of them page by page, none twice, none left out", async () => {
    const all = product.around.graph.devices().length;
    const seen: string[] = [];
    let page: string | undefined;
    do {
      const answer = await search("", `&top=97${page ? `&page=${page}` : ""}`);
      expect(answer.value.length).toBeLessThanOrEqual(97);
      seen.push(...answer.value.map(({ id }) => id));
      page = answer.nextPage;
    } while (page);
    expect(seen).toHaveLength(all);
    expect(new Set(seen).size).toBe(all);
  });

  test.each([
    "?top=0",
    "?top=1001",
    "?top=x",
    "?page=bm90IG91cnM",
    "?platform=amiga",
    "?serch=x",
    "?search=a&search=b",
    `?search=${"x".repeat(201)}`,
  ])("refuses %.20s", async (query) => {
    const answer = await ask(query);
    expect([answer.status, answer.json().code]).toEqual([400, "invalid-request"]);
  });

  test("says when Graph is busy, and when it may be asked again", async () => {
    const body = { error: { code: "TooManyRequests", message: "" } };
    product.around.graph.addFault({
      path: "managedDevices",
      times: 0,
      status: 429,
      headers: { "retry-after": "9" },
      body,
    });
    const answer = await ask("?search=x");
    expect([answer.status, answer.json().code, answer.headers.get("retry-after")]).toEqual([
      503,
      "upstream-unavailable",
      "9",
    ]);
  });
});
