import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { DeviceView } from "../../lib/devices/device.ts";
import { type AppProcess, startTestApp, type TestApp } from "../app.ts";
import { connecting } from "../connect.ts";
import { must, requesting } from "../requesting.ts";

let product: TestApp;
let agent: ReturnType<typeof requesting>;

beforeAll(async () => {
  product = await startTestApp();
});

beforeEach(async () => {
  await product.reset();
  agent = requesting(product);
  await connecting(product).connected();
});

afterAll(() => product.stop());

const MINUTE_MS = 60_000;
const notCompliant = () => agent.device("PHONE-ANA", { complianceState: "noncompliant" }).id;

/** What a request by a company with such rules leads to: its status, code, and how long to wait. */
async function asking(process: AppProcess, body: Record<string, unknown>, as?: string) {
  const answer = await agent.ask(body, { process, ...(as ? { as } : {}) });
  const { code = "" } = answer.status === 201 ? {} : answer.json<{ code: string }>();
  return { text: `${answer.status} ${code}`.trim(), waitSeconds: Number(answer.headers.get("retry-after")) };
}
/** What the device says beforehand. */
async function forewarned(process: AppProcess, deviceId: string) {
  const { checks = [], requirements } = must(
    await agent.call("GET", `/api/devices/${deviceId}`, { process }),
    200,
  ).json<DeviceView>();
  return { requirements, checks, codes: checks.map(({ code, severity }) => `${severity} ${code}`) };
}
/** Everything that a request could have left behind: it left nothing but two lines in the audit. */
async function expectNothingBut(refusals: readonly string[]) {
  expect(agent.callsTo(/\/sessions$/)).toEqual([]);
  expect((await product.rows("sessions")).length).toBe(0);
  expect(await agent.messages()).toEqual([]);
  const lines = (await agent.auditLines()).filter((line) => line.startsWith("session."));
  expect(lines).toEqual(refusals.flatMap((code) => ["session.request intent", `session.request refused ${code}`]));
}

describe("REQUIRE_REASON", () => {
  test("takes no request without a reason, and says so beforehand", async () => {
    const process = product.newProcess({ REQUIRE_REASON: "true" });
    const deviceId = agent.device().id;
    expect(await forewarned(process, deviceId)).toMatchObject({ requirements: { reason: true }, codes: [] });
    expect((await asking(process, { deviceId })).text).toBe("422 reason-required");
    expect((await asking(process, { deviceId }, "Ticket system")).text).toBe("422 reason-required");
    await expectNothingBut(["reason-required", "reason-required"]);
    expect((await asking(process, { deviceId, reason: "Mail does not open" })).text).toBe("201");
  });
});

describe("TICKET_PATTERN", () => {
  test("takes no request without a ticket of that form, and says the form beforehand", async () => {
    const process = product.newProcess({ TICKET_PATTERN: "INC\\d{7}" });
    const deviceId = agent.device().id;
    expect(await forewarned(process, deviceId)).toMatchObject({
      requirements: { reason: false, ticket: { required: true, pattern: "INC\\d{7}" }, notify: true },
      codes: [],
    });
    expect((await asking(process, { deviceId })).text).toBe("422 ticket-required");
    expect((await asking(process, { deviceId, ticket: "INC12" })).text).toBe("422 ticket-invalid");
    expect((await asking(process, { deviceId, ticket: "XINC0010023" })).text).toBe("422 ticket-invalid");
    await expectNothingBut(["ticket-required", "ticket-invalid", "ticket-invalid"]);
    expect((await asking(process, { deviceId, ticket: "INC0010023" })).text).toBe("201");
  });
});

describe("COMPLIANCE", () => {
  test.each([
    ["ignore", "201", "201", [], false],
    ["warn", "201", "201", ["warning device-not-compliant"], false],
    ["require-reason", "422 reason-required", "201", ["warning device-not-compliant"], true],
    ["block", "422 device-not-compliant", "422 device-not-compliant", ["blocker device-not-compliant"], false],
  ])("%s", async (COMPLIANCE, without, withReason, codes, isReasonDue) => {
    const process = product.newProcess({ COMPLIANCE });
    const deviceId = notCompliant();
    expect(await forewarned(process, deviceId)).toMatchObject({ requirements: { reason: isReasonDue }, codes });
    expect((await asking(process, { deviceId })).text).toBe(without);
    expect((await asking(process, { deviceId, reason: "It is what help is for" })).text).toBe(withReason);
    expect((await asking(process, { deviceId: agent.device().id })).text).toBe("201");
  });

  test("a device that is refused leaves nothing", async () => {
    const process = product.newProcess({ COMPLIANCE: "block" });
    expect((await asking(process, { deviceId: notCompliant() })).text).toBe("422 device-not-compliant");
    await expectNothingBut(["device-not-compliant"]);
  });

  test.each(["inGracePeriod", "unknown"] as const)(
    "block lets a device pass that is %s, with a warning",
    async (complianceState) => {
      const process = product.newProcess({ COMPLIANCE: "block" });
      const deviceId = agent.device("PHONE-ANA", { complianceState }).id;
      expect((await forewarned(process, deviceId)).codes).toEqual(["warning device-compliance-unsure"]);
      expect((await asking(process, { deviceId })).text).toBe("201");
    },
  );
});

describe("QUIET_HOURS", () => {
  const clockText = (at: number) => new Date(at).toISOString().slice(11, 16);
  /** Quiet from an hour ago until in an hour. */
  const quiet = () => {
    const nowMs = product.clock.now().getTime();
    const times = `${clockText(nowMs - 60 * MINUTE_MS)}-${clockText(nowMs + 60 * MINUTE_MS)}`;
    return product.newProcess({ QUIET_HOURS: `${times} UTC` });
  };

  test("take no request that wants a notification, until they end; it is said beforehand, with the time to wait", async () => {
    const process = quiet();
    const deviceId = agent.device().id;
    const { requirements, checks, codes } = await forewarned(process, deviceId);
    expect([requirements?.notify, codes]).toEqual([false, ["blocker quiet-hours"]]);
    const refused = await asking(process, { deviceId });
    expect(refused.text).toBe("409 quiet-hours");
    expect(refused.waitSeconds).toBeGreaterThan(58 * 60);
    expect(refused.waitSeconds).toBe(checks[0]?.retryAfterSeconds);
    await expectNothingBut(["quiet-hours"]);

    product.clock.advance(refused.waitSeconds * 1000);
    expect((await forewarned(process, deviceId)).codes).toEqual([]);
    expect((await asking(process, { deviceId })).text).toBe("201");
  });

  test("take one without a notification, but do not let its user be asked later either", async () => {
    const process = quiet();
    const session = must(await agent.ask({ deviceId: agent.device().id, notify: false }, { process }), 201);
    const { id } = session.json<{ id: string }>();
    const again = await agent.call("POST", `/api/sessions/${id}/notifications`, { process });
    expect([again.status, again.json().code]).toEqual([409, "quiet-hours"]);
    product.clock.advance(59 * MINUTE_MS);
    await agent.follow(0, process);
    product.clock.advance(2 * MINUTE_MS);
    expect(await agent.messages()).toEqual([]);
  });
});

test("Rules stand beside each other: what is missing is told one after the other, beforehand all at once", async () => {
  const process = product.newProcess({ REQUIRE_REASON: "true", TICKET_PATTERN: "INC\\d+", COMPLIANCE: "block" });
  const deviceId = notCompliant();
  expect(await forewarned(process, deviceId)).toMatchObject({
    requirements: { reason: true, ticket: { required: true } },
    codes: ["blocker device-not-compliant"],
  });
  expect((await asking(process, { deviceId })).text).toBe("422 reason-required");
  expect((await asking(process, { deviceId, reason: "x" })).text).toBe("422 ticket-required");
  expect((await asking(process, { deviceId, reason: "x", ticket: "INC1" })).text).toBe("422 device-not-compliant");
  expect((await asking(process, { deviceId: agent.device().id, reason: "x", ticket: "INC1" })).text).toBe("201");
});
