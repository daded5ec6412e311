import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import chromium from "@sparticuz/chromium";
import { type Browser, type Page, chromium as playwright } from "playwright-core";
import { type Product, startProduct } from "../local/product.ts";
import { type Pictures, picturesOfPortal } from "./portal.ts";
import { picturesForUsers } from "./user.ts";

/** Plays the job in a product of its own and takes a picture of each screen into `directory`; `onTaken` hears each file's name. */
export async function takeScreenshots(directory: string, onTaken: (name: string) => void): Promise<void> {
  const dataDirectory = mkdtempSync(join(tmpdir(), "screenshots-"));
  const product = await startProduct({
    port: 0,
    dataDirectory,
    isInMemory: true,
    onOutput: () => {},
    settings: { SHOW_AGENT_NAME: "true" },
  });
  let browser: Browser | undefined;
  try {
    browser = await playwright.launch({
      args: ["--no-sandbox"],
      executablePath: await chromium.executablePath(),
      headless: true,
    });
    const pictures = picturesIn({ directory, browser, product, onTaken });
    const sessions = await picturesOfPortal(pictures);
    await picturesForUsers(pictures, sessions);
  } finally {
    await browser?.close();
    await product.stop();
    rmSync(dataDirectory, { recursive: true, force: true });
  }
}

type Studio = { directory: string; browser: Browser; product: Product; onTaken: (name: string) => void };

function picturesIn({ directory, browser, product, onTaken }: Studio): Pictures {
  return {
    product,
    async open({ locale = "en-GB", scheme = "light", isPhone = false } = {}) {
      const viewport = isPhone ? { width: 390, height: 844 } : { width: 1280, height: 800 };
      const context = await browser.newContext({
        locale,
        colorScheme: scheme,
        viewport,
        deviceScaleFactor: isPhone ? 2 : 1,
        reducedMotion: "reduce",
      });
      return context.newPage();
    },
    async take(page: Page, name: string) {
      await page.waitForLoadState("networkidle");
      const file = `${name}.png`;
      await page.screenshot({ path: join(directory, file), animations: "disabled" });
      onTaken(file);
    },
  };
}
