import chromium from "@sparticuz/chromium";
import { type Browser, type Page, chromium as playwright } from "playwright-core";
import type { Product } from "../../infra/local/product.ts";
import { elapsedMs } from "./elapsed.ts";
import { type Figure, quantile } from "./figure.ts";

const ROUNDS = 9;
const GOAL_BYTES = 120 * 1024;
const GOAL_MS = 1_000;

/** What the first visit of the portal carries, as a browser asks for it; the baseline is the same uncompressed. */
export async function measureFirstLoad({ addresses: { app } }: Product): Promise<Figure[]> {
  const page = await (await fetch(`${app}/portal`)).text();
  const files = [...page.matchAll(/(?:href|src)="(\/portal\/assets\/[^"]+)"/g)].map(([, path]) => `${app}${path}`);
  const bytesWith = async (encoding: string) => {
    const urls = [`${app}/portal`, ...files];
    const sizes = await Promise.all(urls.map((url) => bytesOf(url, encoding)));
    return sizes.reduce((sum, size) => sum + size, 0);
  };
  const [measured, plain] = [await bytesWith("br"), await bytesWith("identity")];
  const baseline = { what: "uncompressed", measured: plain };
  return [{ what: "portal, first load, everything", unit: "bytes", measured, goal: GOAL_BYTES, baseline }];
}

async function bytesOf(url: string, encoding: string): Promise<number> {
  const response = await fetch(url, { headers: { "accept-encoding": encoding } });
  await response.body?.cancel();
  return Number(response.headers.get("content-length"));
}

/** From the address to something that can be used, in fresh browser contexts; the baseline is a page without any script. */
export async function measureFirstScreens({ addresses: { app } }: Product): Promise<Figure[]> {
  const browser = await playwright.launch({
    args: ["--no-sandbox"],
    executablePath: await chromium.executablePath(),
    headless: true,
  });
  try {
    const plainMs: number[] = [];
    const signedOutMs: number[] = [];
    const signedInMs: number[] = [];
    // In turn, so that a slow moment of the machine meets all of them. The first round warms up and does not count.
    for (let round = 0; round <= ROUNDS; round += 1) {
      const [plain, signedOut, signedIn] = await oneRound(browser, app);
      if (round === 0) continue;
      plainMs.push(plain);
      signedOutMs.push(signedOut);
      signedInMs.push(signedIn);
    }
    const baseline = { what: "a page without script", measured: quantile(plainMs, 0.5) };
    const shared = { unit: "ms", goal: GOAL_MS, baseline } as const;
    return [
      { what: "portal, first visit: can sign in, p50", measured: quantile(signedOutMs, 0.5), ...shared },
      { what: "portal, first visit: can sign in, p95", measured: quantile(signedOutMs, 0.95), ...shared },
      { what: "portal, back with a sign-in: devices listed, p50", measured: quantile(signedInMs, 0.5), ...shared },
    ];
  } finally {
    await browser.close();
  }
}

async function oneRound(browser: Browser, app: string): Promise<[number, number, number]> {
  const context = await browser.newContext({ locale: "en-GB" });
  const page = await context.newPage();
  const plain = await elapsedMs(async () => {
    await page.goto(`${app}/h/nobody`);
    await page.getByRole("heading", { level: 1 }).waitFor();
  });
  const signIn = page.getByRole("button", { name: "Sign in with Microsoft" });
  const signedOut = await elapsedMs(async () => {
    await page.goto(`${app}/portal/devices`);
    await signIn.waitFor();
  });
  await signIn.click();
  await page.getByRole("button", { name: "Bruno Agent" }).click();
  await devicesOn(page);
  const signedIn = await elapsedMs(async () => {
    await page.reload();
    await devicesOn(page);
  });
  await context.close();
  return [plain, signedOut, signedIn];
}

const devicesOn = (page: Page) => page.getByRole("row").nth(1).waitFor();
