import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { APP_URL, startTestApp, type TestApp } from "../app.ts";
import { connecting } from "../connect.ts";

let product: TestApp;
let browser: ReturnType<typeof connecting>;

beforeAll(async () => {
  product = await startTestApp();
  browser = connecting(product);
});
beforeEach(() => product.reset());
afterAll(() => product.stop());

const open = (url: string) => product.request("GET", url);

test("the link leads to TeamViewer with our address, a state of 32 random bytes and nothing else", async () => {
  const { startUrl, id } = await browser.asked();
  const answer = await open(startUrl);
  expect(answer.status).toBe(302);
  const target = new URL(answer.headers.get("location") ?? "");
  expect(target.origin + target.pathname).toBe(`${product.around.teamviewer.url}/oauth2/authorize`);
  expect(Object.fromEntries(target.searchParams)).toEqual({
    response_type: "code",
    client_id: "123456-demoConnectorApp0001",
    redirect_uri: `${APP_URL}/api/connector/callback`,
    display: "popup",
    state: expect.stringMatching(/^[\w-]{43}$/),
  });
  expect(target.searchParams.get("state")).not.toBe(id);
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(answer.headers.get("referrer-policy")).toBe("no-referrer");
});

test("the cookie is for this host alone, over https, unseen by scripts, for ten minutes, and sealed", async () => {
  const { startUrl, id } = await browser.asked();
  const { cookies } = await open(startUrl);
  expect(cookies).toEqual([
    {
      name: "__Host-consent",
      value: expect.any(String),
      path: "/",
      secure: true,
      httpOnly: true,
      sameSite: "Lax",
      maxAge: 600,
    },
  ]);
  const [header, key, ...rest] = (cookies[0]?.value ?? "").split(".");
  expect(JSON.parse(Buffer.from(header ?? "", "base64url").toString())).toEqual({ alg: "dir", enc: "A256GCM" });
  expect(key).toBe("");
  expect(rest).toHaveLength(3);
  expect(cookies[0]?.value).not.toContain(id);
});

test("the link works once: the second time is a page, without cookie and without redirect", async () => {
  const { startUrl } = await browser.asked();
  await open(startUrl);
  const again = await open(startUrl);
  expect(again.status).toBe(409);
  expect(again.headers.get("location")).toBeNull();
  expect(again.cookies).toEqual([]);
  expect(again.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(again.text).toContain("Start again from the connector page");
});

test("of 20 browsers that open the link at once, one gets to TeamViewer", async () => {
  const { startUrl } = await browser.asked();
  const answers = await Promise.all(Array.from({ length: 20 }, () => open(startUrl)));
  expect(answers.filter(({ status }) => status === 302)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(19);
});

test("the link lasts a minute: 59 seconds are fine, 61 are not", async () => {
  const consents = [await browser.asked(), await browser.asked()];
  product.clock.advance(59_000);
  expect((await open(consents[0]?.startUrl ?? "")).status).toBe(302);
  product.clock.advance(2_000);
  expect((await open(consents[1]?.startUrl ?? "")).status).toBe(409);
});

test("a ticket that was altered, made up, of another kind or left out opens nothing", async () => {
  const { startUrl } = await browser.asked();
  const { cookie } = await browser.opened(await browser.asked());
  const flipped = startUrl.replace(/.(?=.{9}$)/, (letter) => (letter === "A" ? "B" : "A"));
  const ofCookie = `/api/connector/start?ticket=${cookie.split("=")[1]}`;
  for (const url of [flipped, ofCookie, "/api/connector/start?ticket=a.b.c.d.e", "/api/connector/start"]) {
    const answer = await open(url);
    expect(answer.status).toBe(409);
    expect(answer.cookies).toEqual([]);
  }
});
