import { setTimeout as delay } from "node:timers/promises";
import type { SessionView } from "../../lib/sessions/session.ts";
import type { Product } from "../local/product.ts";
import type { Pictures } from "./portal.ts";

/** The page that asks the user, on a phone: in French to the answer that it is over, in Arabic, dark, declined. */
export async function picturesForUsers(
  { product, open, take }: Pictures,
  [french, arabic]: [SessionView, SessionView],
): Promise<void> {
  const phone = await open({ locale: "fr-FR", isPhone: true });
  await phone.goto(await linkOf(product, french));
  await take(phone, "user-fr");
  await phone.context().close();

  const dark = await open({ locale: "ar", scheme: "dark", isPhone: true });
  const link = await linkOf(product, arabic);
  await dark.goto(link);
  await take(dark, "user-ar-dark");
  await dark.locator("button[value=decline]").click();
  await take(dark, "user-ar-declined");
  await dark.goto(link);
  await take(dark, "user-ar-over");
  await dark.context().close();

  const desktop = await open();
  await desktop.goto(await linkOf(product, french));
  await take(desktop, "user-desktop");
  await desktop.context().close();
}

/** The link in the notification that Company Portal shows. */
async function linkOf({ surroundings }: Product, { device, matchCode }: SessionView): Promise<string> {
  for (let tries = 0; tries < 150; tries += 1) {
    const sent = surroundings.graph.notifications(device.id).find(({ body }) => body.includes(matchCode));
    const link = /https?:\/\/\S+\/h\/[\w-]+/.exec(sent?.body ?? "")?.[0];
    if (link) return link;
    await delay(100);
  }
  throw new Error(`No notification of the session on ${device.name} came.`);
}
