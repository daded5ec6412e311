import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { Fault } from "../../infra/local/faults.ts";
import type { ManagedDevice } from "../../infra/local/graph/managed-device.ts";
import type { SessionView } from "../../lib/sessions/session.ts";
import { type AppProcess, startTestApp, type TestApp } from "../app.ts";
import { connecting } from "../connect.ts";
import { asAWord, requesting } from "../requesting.ts";

const SENDER = "it-support@contoso.example";
const TEAMS_APP = "5c1a0b0e-3a55-4d8e-9a9c-0a4f8f3c2d11";
const FEED = "sendActivityNotification";
const ALL_ON = { MAIL_SENDER: SENDER, TEAMS_APP_ID: TEAMS_APP };

let product: TestApp;
let agent: ReturnType<typeof requesting>;

beforeAll(async () => {
  product = await startTestApp(ALL_ON);
  agent = requesting(product);
  await connecting(product).connected();
});

afterEach(() => product.clearFaults());

afterAll(() => product.stop());

/** A PC whose user has an e-mail address of its own, so that what is sent there is known from the others. */
function aPc(change: Partial<ManagedDevice> = {}) {
  return agent.device("PC-001", { emailAddress: `paula.${randomUUID()}@contoso.example`, ...change });
}

async function asked(device: ManagedDevice, process: AppProcess = product.process(), body = {}) {
  const session = await agent.open({ deviceId: device.id, reason: "The screen stays black", ...body }, { process });
  const [message] = await agent.messagesOf(session.id);
  const mailsTo = () => product.around.graph.mails(device.emailAddress);
  const activities = () =>
    product.around.graph
      .activities(device.userId)
      .filter(({ preview }) => preview.includes(session.matchCode) && preview.includes("Contoso"));
  const deliver = (by: AppProcess = process) => by.deliver("notify", message);
  return { session, message, deliver, mailsTo, activities };
}

const notificationOf = async ({ id }: SessionView) => (await agent.look(id)).notification;
const lines = async ({ id }: SessionView) =>
  (await agent.auditLines(id)).filter((line) => /^notification\.(send|teams|email)/.test(line));
const uninstalled = ({ userId }: ManagedDevice) => product.around.graph.uninstallTeamsApp(userId ?? "");
const installed = ({ userId }: ManagedDevice) => product.around.graph.installTeamsApp(userId ?? "");

describe("A device tells through which channels its user can be asked", () => {
  const reached = async (device: ManagedDevice, settings: Record<string, string>) => {
    const process = product.newProcess(settings);
    const answer = await agent.call("GET", `/api/devices/${device.id}`, { process });
    return answer.json<{ eligibility: { channels: string[] } }>().eligibility.channels;
  };

  test("as they are on, in the configured order of its platform", async () => {
    const pc = aPc();
    const phone = agent.device();
    expect(await reached(pc, {})).toEqual(["teams", "email"]);
    expect(await reached(phone, {})).toEqual(["companyPortal", "teams", "email"]);
    expect(await reached(pc, { TEAMS_APP_ID: "" })).toEqual(["email"]);
    expect(await reached(pc, { MAIL_SENDER: "", TEAMS_APP_ID: "" })).toEqual([]);
    const order = { NOTIFICATION_CHANNELS: "windows=email,teams;ios=companyPortal" };
    expect([await reached(pc, order), await reached(phone, order)]).toEqual([["email", "teams"], ["companyPortal"]]);
    expect(await reached(aPc({ emailAddress: "" }), {})).toEqual(["teams"]);
    expect(await reached(aPc({ userId: "" }), {})).toEqual([]);
  });
});

describe("The user of a Windows PC", () => {
  test("is asked in Teams, with the match code and a link that leads to the answer page", async () => {
    const pc = aPc();
    const { session, deliver, activities, mailsTo } = await asked(pc);
    expect(session.notification).toMatchObject({ state: "queued", channel: "teams" });
    await deliver();
    expect(await notificationOf(session)).toEqual({
      state: "sent",
      channel: "teams",
      at: product.clock.now().toISOString(),
    });
    const [activity, ...others] = activities();
    expect([others, mailsTo()]).toEqual([[], []]);
    const link = new URL(activity?.webUrl ?? "");
    expect(link.pathname).toBe(`/l/entity/${TEAMS_APP}/answer`);
    const answerUrl = link.searchParams.get("webUrl") ?? "";
    const page = await product.request("GET", new URL(answerUrl).pathname);
    expect([page.status, page.text.includes(session.matchCode)]).toEqual([200, true]);
    expect(await lines(session)).toEqual(["notification.teams intent", "notification.teams success"]);
  });

  test("who has not the app is asked by e-mail; both tries stand in the session and the audit", async () => {
    const pc = aPc();
    uninstalled(pc);
    const { session, deliver, activities, mailsTo } = await asked(pc);
    await deliver();
    const at = product.clock.now().toISOString();
    expect(await notificationOf(session)).toEqual({
      state: "sent",
      channel: "email",
      at,
      tried: [
        { channel: "teams", state: "failed", reason: "teams-app-not-installed", at },
        { channel: "email", state: "sent", at },
      ],
    });
    expect(activities()).toEqual([]);
    const [mail, ...others] = mailsTo();
    expect([mail?.from, others]).toEqual([SENDER, []]);
    for (const word of [session.matchCode, "Contoso", pc.deviceName, "The screen stays black"])
      expect(mail?.html).toContain(word);
    const path = /http:\/\/127\.0\.0\.1:7071(\/h\/[\w-]{43})"/.exec(mail?.html ?? "")?.[1] ?? "";
    expect((await product.request("GET", path)).status).toBe(200);
    expect(mail?.html).not.toContain(session.endCustomerUrl);
    expect(await lines(session)).toEqual([
      "notification.teams intent",
      "notification.teams failed teams-app-not-installed",
      "notification.email intent",
      "notification.email success",
    ]);
    installed(pc);
  });

  test("is asked in the language that the agent chose", async () => {
    const pc = aPc();
    const { deliver, mailsTo } = await asked(pc, product.newProcess({ TEAMS_APP_ID: "" }), { language: "ar" });
    await deliver();
    expect(mailsTo()[0]?.html).toContain('<html lang="ar" dir="rtl">');
  });

  test.each<[string, Record<string, string>, Fault | undefined, string]>([
    ["the mailbox is not there", { MAIL_SENDER: "nobody@contoso.example" }, undefined, "sender-not-found"],
    ["the mailbox is no mailbox", { MAIL_SENDER: "no.mailbox@contoso.example" }, undefined, "sender-not-found"],
    ["Exchange does not let the app", {}, { path: "sendMail", status: 403 }, "graph-permission-missing"],
    ["Exchange refuses", {}, { path: "sendMail", status: 400 }, "refused-by-exchange"],
  ])("cannot be asked when %s: failed, plainly said", async (_title, settings, fault, reason) => {
    const pc = aPc();
    const { session, deliver } = await asked(pc, product.newProcess({ TEAMS_APP_ID: "", ...settings }));
    if (fault) product.around.graph.addFault(fault);
    await deliver();
    await deliver();
    expect(await notificationOf(session)).toMatchObject({ state: "failed", channel: "email", reason });
    expect(await lines(session)).toEqual(["notification.email intent", `notification.email failed ${reason}`]);
  });

  test.each<[string, Fault]>([
    ["breaks off after it was sent", { behaviour: "reset-after" }],
    ["breaks off before", { behaviour: "reset" }],
    ["answers 500", { status: 500 }],
  ])("may have been asked when Teams %s: unknown, and no e-mail follows, then or later", async (_title, fault) => {
    const pc = aPc();
    const { session, deliver, mailsTo } = await asked(pc);
    product.around.graph.addFault({ path: FEED, ...fault });
    await deliver();
    for (let copy = 0; copy < 3; copy += 1) await deliver(product.newProcess());
    await agent.follow(2);
    await agent.deliverAll();
    expect(await notificationOf(session)).toMatchObject({ state: "unknown", channel: "teams" });
    expect(mailsTo()).toEqual([]);
    expect((await lines(session)).filter((line) => line.includes("unknown"))).toHaveLength(1);
  });

  test.each([429, 503])("is asked later in the same way when Teams is busy (%i)", async (status) => {
    const pc = aPc();
    const { session, message, activities, mailsTo } = await asked(pc);
    product.around.graph.addFault({ path: FEED, status, body: { error: { code: "TooManyRequests", message: "" } } });
    await product.deliver("notify", message);
    expect(await notificationOf(session)).toMatchObject({ state: "queued", channel: "teams" });
    await product.deliver("notify", { ...message, attempt: 2 });
    expect([activities().length, mailsTo().length]).toEqual([1, 0]);
    expect(await notificationOf(session)).toMatchObject({ state: "sent", channel: "teams" });
  });

  test("is asked once when five copies of the message come, two at once in other processes", async () => {
    const pc = aPc();
    uninstalled(pc);
    const { session, deliver, mailsTo } = await asked(pc);
    const other = product.newProcess();
    await Promise.all([deliver(), deliver(other), deliver()]);
    await deliver(other);
    await deliver();
    for (const message of await agent.messagesOf(session.id)) await product.deliver("notify", message);
    const { state } = await notificationOf(session);
    // A copy that meets the moment between the refusal and its record cannot tell; nobody is asked then.
    expect(["sent", "unknown"]).toContain(state);
    expect(mailsTo()).toHaveLength(state === "sent" ? 1 : 0);
    installed(pc);
  });

  test("is not asked when nobody uses the device: the agent is told at once", async () => {
    const session = await agent.open({ deviceId: aPc({ userId: "" }).id });
    expect(session.notification).toMatchObject({ state: "unsupported", reason: "no-user" });
    expect(session.notification).not.toHaveProperty("channel");
  });
});

test("An iPhone's user is asked in Company Portal first, then in Teams, then by e-mail", async () => {
  const phone = agent.device("PHONE-ANA", { emailAddress: `ana.${randomUUID()}@contoso.example` });
  uninstalled(phone);
  const { session, deliver, mailsTo } = await asked(phone);
  product.around.graph.addFault({ path: "sendCustomNotificationToCompanyPortal", status: 403 });
  await deliver();
  expect(mailsTo()).toHaveLength(1);
  expect((await notificationOf(session)).tried?.map(({ channel, reason }) => `${channel} ${reason}`)).toEqual([
    "companyPortal graph-permission-missing",
    "teams teams-app-not-installed",
    "email undefined",
  ]);
  installed(phone);
});

test("What users were sent stands nowhere but with them: no link, code, name or address in rows, audit and logs", async () => {
  const pc = aPc();
  uninstalled(pc);
  const { session, deliver, mailsTo } = await asked(pc);
  product.around.graph.addFault({ path: "sendMail", status: 503, body: {} });
  await deliver();
  await deliver();
  const token = /\/h\/([\w-]{43})/.exec(mailsTo()[0]?.html ?? "")?.[1] ?? "";
  expect(token).not.toBe("");
  const audit = JSON.stringify(await agent.audited(session.id));
  const ledger = JSON.stringify(await product.rows("notifications"));
  const rows = JSON.stringify(await product.rows("sessions"));
  const secrets = [token, pc.emailAddress ?? "", SENDER, TEAMS_APP];
  for (const secret of secrets)
    for (const place of [audit, ledger, rows, product.logs.join()]) expect(place).not.toContain(secret);
  for (const name of [pc.deviceName, "Paula", "screen stays black"])
    for (const place of [audit, ledger, product.logs.join()]) expect(place).not.toContain(name);
  for (const place of [audit, ledger, product.logs.join()]) expect(place).not.toMatch(asAWord(session.matchCode));
  installed(pc);
});

test("A message that failed too often ends the notification under the channel it was with", async () => {
  const { session, message } = await asked(aPc());
  await product.deliver("notify-poison", message);
  expect(await notificationOf(session)).toMatchObject({ state: "failed", channel: "teams", reason: "given-up" });
  expect(await lines(session)).toEqual(["notification.teams failed given-up"]);
});
