import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { ManagedDevice } from "../../infra/local/graph/managed-device.ts";
import { type AppProcess, startTestApp, type TestApp } from "../app.ts";
import { connecting } from "../connect.ts";
import { requesting } from "../requesting.ts";

let product: TestApp;
let agent: ReturnType<typeof requesting>;

beforeAll(async () => {
  product = await startTestApp();
  agent = requesting(product);
  await connecting(product).connected();
});

afterEach(() => product.clearFaults());
afterAll(() => product.stop());

const show = (link: string, language?: string) =>
  product.request("GET", link, { headers: language ? { "accept-language": language } : {} });

async function asked(body: Record<string, unknown> = {}, change: Partial<ManagedDevice> = {}) {
  const session = await agent.open({ deviceId: agent.device("PHONE-ANA", change).id, ...body });
  await agent.deliverAll();
  return { session, link: agent.linkOf(session.device.id) };
}

describe("The page behind a notification", () => {
  test("says who asks, why, on which device, and the match code, in a form that posts to its own address", async () => {
    const { session, link } = await asked({ reason: "Mail does not open", language: "en" });
    const { status, headers, text } = await show(link);
    expect([status, headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    for (const said of ["Contoso", "Mail does not open", "PHONE-ANA", session.matchCode]) expect(text).toContain(said);
    expect(text).toMatch(/<form method="post">[\s\S]*name="answer" value="accept"[\s\S]*name="answer" value="decline"/);
    expect(text).not.toContain(session.endCustomerUrl);
    expect(text).not.toContain(session.supporterUrl);
    expect(text).not.toContain("Ana Duval");
  });

  test("runs no script, loads nothing, stands in no frame, tells nobody its address and is not kept", async () => {
    const { session, link } = await asked();
    const { headers } = await show(link);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain(`form-action 'self' ${new URL(session.endCustomerUrl).origin}`);
    expect(policy).not.toContain("script-src");
    expect(policy).not.toContain("unsafe");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });

  test.each([
    ["fr", "PC-001", "es", "fr", "ltr", "Accepter"],
    ["is", "PHONE-ANA", "es", "es", "ltr", "Aceptar"],
    [undefined, "PC-001", "es", "de", "ltr", "Annehmen"],
    [undefined, "MAC-KIM", "es-MX,en;q=0.9", "es", "ltr", "Aceptar"],
    [undefined, "MAC-KIM", "is, he;q=0.5", "he", "rtl", "אישור"],
    [undefined, "MAC-KIM", "zh-CN", "zh-Hans", "ltr", "接受"],
    [undefined, "MAC-KIM", undefined, "en", "ltr", "Accept"],
  ])(
    "of a session in %s for the owner of %s, in a browser that asks for %s, speaks %s",
    async (language, owner, browser, spoken, direction, button) => {
      const { userId } = agent.device(owner);
      const { link } = await asked(language ? { language } : {}, { userId });
      const { text, headers } = await show(link, browser);
      expect(headers.get("content-language")).toBe(spoken);
      expect(text).toContain(`<html lang="${spoken}" dir="${direction}">`);
      expect(text).toContain(`>${button}</button>`);
    },
  );

  test("asks Graph once for the language of the user, and does not wait for it long", async () => {
    const { link } = await asked({}, { userId: agent.device("PC-001").userId });
    const askedGraph = () => product.around.graph.journal.filter(({ path }) => path.includes("/users/")).length;
    const askedBefore = askedGraph();
    const process = product.newProcess();
    const look = () => process.request("GET", link, { headers: { "accept-language": "it" } });
    product.around.graph.addFault({ method: "GET", path: "/users/", behaviour: "hang" });
    const startedMs = performance.now();
    expect((await look()).headers.get("content-language")).toBe("it");
    expect(performance.now() - startedMs).toBeLessThan(4_000);
    expect(performance.now() - startedMs).toBeGreaterThan(1_900);
    product.clearFaults();
    const again = product.newProcess();
    for (let count = 0; count < 3; count += 1) {
      const { headers } = await again.request("GET", link, { headers: { "accept-language": "it" } });
      expect(headers.get("content-language")).toBe("de");
    }
    expect(askedGraph() - askedBefore).toBe(2);
  });

  test("says the first name of the person who asks only where the settings want it", async () => {
    const named = product.newProcess({ SHOW_AGENT_NAME: "true" });
    const isNamed = async (process: AppProcess, as: string) => {
      const session = await agent.open({ deviceId: agent.device().id, language: "en" }, { process, as });
      await agent.deliverAll();
      return (await show(agent.linkOf(session.device.id))).text.includes(">Bruno<");
    };
    expect(await isNamed(named, "Bruno Agent")).toBe(true);
    expect(await isNamed(named, "Everything robot")).toBe(false);
    expect(await isNamed(product.process(), "Bruno Agent")).toBe(false);
    const stored = (await product.rows("sessions")).filter((row) => JSON.stringify(row).includes("agentName"));
    expect(stored).toHaveLength(1);
  });

  test.each(["</script><script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "<b>&amp;'", "{{7*7}}\u202E"])(
    "shows %j as text, wherever it comes from",
    async (hostile) => {
      const { link } = await asked({ reason: hostile }, { deviceName: hostile });
      const { text } = await show(link);
      const escaped = hostile
        .replaceAll("&", "&amp;")
        .replaceAll("<", "&lt;")
        .replaceAll(">", "&gt;")
        .replaceAll('"', "&quot;")
        .replaceAll("'", "&#39;");
      expect(text.split(`<dd><bdi>${escaped}</bdi></dd>`)).toHaveLength(3);
      expect(text).not.toMatch(/<(script|img|b)\b/);
    },
  );

  test("changes nothing when it is opened, however often", async () => {
    const { session, link } = await asked();
    for (let count = 0; count < 3; count += 1) await show(link);
    expect((await agent.look(session.id)).state).toBe("open");
    expect((await agent.auditLines(session.id)).filter((line) => /accept|decline/.test(line))).toEqual([]);
  });
});

describe("A link that leads to nothing", () => {
  test("is answered by the same page, whether it is wrong, altered, used, over or of a session that ended", async () => {
    const declined = await asked();
    await product.request("POST", declined.link, { body: "answer=decline" });
    const closed = await asked();
    await agent.call("POST", `/api/sessions/${closed.session.id}/close`);
    const expired = await asked();
    product.clock.advance(60 * 60_000);
    const open = await asked();
    const token = open.link.slice(3);
    const altered = [
      `${token.slice(0, -2)}${token.endsWith("AA") ? "BB" : "AA"}`,
      `${token[0] === "A" ? "B" : "A"}${token.slice(1)}`,
      `${token}=`,
      token.slice(0, -1),
      open.session.id,
      "x",
      "%00",
      "..%2Fapi",
    ];
    const links = [declined.link, closed.link, expired.link, ...altered.map((each) => `/h/${each}`)];
    const answers = await Promise.all(
      links.flatMap((link) => [
        show(link, "fr"),
        product.request("POST", link, { body: "answer=accept", headers: { "accept-language": "fr" } }),
      ]),
    );
    const [first] = answers;
    expect(first?.text).toContain("Ce lien n’est plus utilisé");
    for (const { status, text, headers } of answers) {
      expect([status, text]).toEqual([404, first?.text]);
      expect(headers.get("location")).toBeNull();
    }
    expect((await show(open.link)).status).toBe(200);
  });
});
