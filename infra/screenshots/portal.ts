import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import type { SessionView } from "../../lib/sessions/session.ts";
import type { Product } from "../local/product.ts";

/** Opens pages and keeps what they show. */
export type Pictures = {
  product: Product;
  open: (how?: { locale?: string; scheme?: "light" | "dark"; isPhone?: boolean }) => Promise<Page>;
  take: (page: Page, name: string) => Promise<void>;
};

/** The portal, from an empty connector to the audit of its first sessions; answers two sessions that wait for their users. */
export async function picturesOfPortal(pictures: Pictures): Promise<[SessionView, SessionView]> {
  await administrator(pictures);
  const sessions = await agent(pictures);
  await auditor(pictures);
  return sessions;
}

async function administrator({ product, open, take }: Pictures) {
  const { app } = product.addresses;
  const page = await open();
  await page.goto(`${app}/portal/connector`);
  await page.getByRole("button", { name: "Sign in with Microsoft" }).waitFor();
  await take(page, "sign-in");
  await signIn(page, "Ada Administrator");
  await page.getByRole("button", { name: "Enable" }).waitFor();
  await take(page, "connector-not-connected");
  await page.getByRole("button", { name: "Enable" }).click();
  await page.getByRole("checkbox").check();
  await take(page, "connector-terms");
  await page.getByRole("button", { name: "Accept and continue to TeamViewer" }).click();
  await page.getByRole("button", { name: /allow/i }).click();
  await page.getByRole("link", { name: "Go back to the connector" }).click();
  await page.getByRole("button", { name: "Confirm and connect" }).waitFor();
  await take(page, "connector-confirm");
  await page.getByRole("button", { name: "Confirm and connect" }).click();
  await page.getByText("Sessions can be requested from now on").waitFor();
  await take(page, "connector-connected");
  await page.getByRole("link", { name: "Health" }).click();
  await page.getByRole("row").nth(2).waitFor();
  await take(page, "health");
  await webhook(page, take);
  await page.context().close();
}

/** A system that agrees to be told, registered and tried out. */
async function webhook(page: Page, take: Pictures["take"]) {
  const receiver = createServer((asked, answer) => {
    asked.resume();
    answer.writeHead(204, { "webhook-allowed-origin": "*" }).end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/tickets`;
  await page.getByRole("link", { name: "Webhooks" }).click();
  await page.getByRole("button", { name: "New webhook" }).click();
  await page.getByLabel("Address").fill(url);
  await page.getByLabel("Description").fill("Ticket system");
  await page.getByRole("button", { name: "Register" }).click();
  await page.getByRole("button", { name: "I have kept it" }).click();
  await page.getByRole("link", { name: url }).click();
  await page.getByRole("button", { name: "Send a test event" }).click();
  await page.getByText("It took the test event.").waitFor();
  await page.reload();
  await page.getByRole("row").nth(1).waitFor();
  await take(page, "webhook");
  receiver.closeAllConnections();
  receiver.close();
}

async function agent({ product, open, take }: Pictures): Promise<[SessionView, SessionView]> {
  const { app } = product.addresses;
  const page = await open();
  await page.goto(`${app}/portal/devices`);
  await signIn(page, "Chiara Agent");
  await page.getByRole("searchbox").fill("ana");
  await page.waitForURL(/search=ana/);
  await page.getByRole("link", { name: "PHONE-ANA" }).waitFor();
  await take(page, "devices");
  const first = await connect({ page, take }, "PHONE-ANA", "Mail does not open");
  await page.getByText("Company Portal took it").waitFor({ timeout: 30_000 });
  await take(page, "session");
  await page.emulateMedia({ colorScheme: "dark" });
  await take(page, "session-dark");
  await page.emulateMedia({ colorScheme: "light" });

  await page.goto(`${app}/portal/devices?search=PHONE-ANA`);
  const second = await connect({ page }, "PHONE-ANA", "الطابعة لا تعمل", "ar");
  await page.getByRole("link", { name: "Sessions", exact: true }).click();
  await page.getByRole("row").nth(2).waitFor();
  await take(page, "sessions");
  await page.context().close();
  return [first, second];
}

type Taking = { page: Page; take?: Pictures["take"] };

/** From the list of devices to the session. */
async function connect({ page, take }: Taking, device: string, reason: string, language = ""): Promise<SessionView> {
  await page.getByRole("link", { name: device }).click();
  await page.getByRole("button", { name: "New remote assistance session" }).waitFor();
  await take?.(page, "device");
  await page.getByRole("button", { name: "New remote assistance session" }).click();
  await page.getByLabel("Reason").fill(reason);
  await page.getByLabel("Ticket").fill("INC0012345");
  await page.getByLabel("Language of the user").selectOption(language);
  await take?.(page, "start");
  const answered = page.waitForResponse(
    (response) => response.request().method() === "POST" && response.status() === 201,
  );
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  const session = (await (await answered).json()) as SessionView;
  await page.waitForURL(`**/portal/sessions/${session.id}`);
  return session;
}

async function auditor({ product, open, take }: Pictures) {
  const page = await open();
  await page.goto(`${product.addresses.app}/portal/audit`);
  await signIn(page, "Dev Auditor");
  await page
    .getByRole("cell", { name: /Chiara Agent/ })
    .first()
    .waitFor();
  await take(page, "audit");
  await page.context().close();
}

async function signIn(page: Page, name: string) {
  await page.getByRole("button", { name: "Sign in with Microsoft" }).click();
  await page.getByRole("button", { name }).click();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
}
