import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Browser } from "playwright-core";
import { referencePage } from "../../lib/http/reference-page.ts";
import { theDocument } from "../documented.ts";
import { expectAccessible, openPage, startBrowser } from "./a-browser.ts";

const TIMEOUT_MS = 90_000;

let server: Server;
let url: string;
let browser: Browser;

beforeAll(async () => {
  const { headers, body } = referencePage(theDocument());
  server = createServer((request, response) => {
    if (request.url === "/favicon.ico") return response.writeHead(204).end();
    return response.writeHead(200, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await startBrowser();
}, TIMEOUT_MS);

afterAll(async () => {
  await browser?.close();
  server.closeAllConnections();
  server.close();
});

test.each([
  ["light", 360],
  ["light", 1280],
  ["dark", 360],
  ["dark", 1280],
] as const)(
  "the reference can be read by everybody: %s, %i pixels wide",
  async (colorScheme, width) => {
    const viewport = { width, height: 800 };
    const { page, context, seen } = await openPage(browser, url, { colorScheme, viewport });
    await page.goto(`${url}/api/reference`);
    await expectAccessible(page);
    expect(seen).toEqual([]);
    await context.close();
  },
  TIMEOUT_MS,
);

test(
  "a link within it leads to the operation, by keyboard too",
  async () => {
    const { page, context } = await openPage(browser, url, { javaScriptEnabled: false });
    await page.goto(`${url}/api/reference`);
    const link = page.getByRole("navigation").getByRole("link", { name: "POST /api/sessions", exact: true });
    await link.focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(`${url}/api/reference#session-request`);
    const article = page.getByRole("article", { name: "POST /api/sessions", exact: true });
    expect((await article.boundingBox())?.y).toBeLessThan(100);
    await context.close();
  },
  TIMEOUT_MS,
);
