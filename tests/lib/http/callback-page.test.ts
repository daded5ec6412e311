import { describe, expect, test } from "@jest/globals";
import { callbackPage } from "../../../lib/http/callback-page.ts";

const linksIn = ({ body }: ReturnType<typeof callbackPage>) =>
  [...String(body).matchAll(/<a [^>]*href="([^"]*)">([^<]*)</g)].map(([, to, text]) => [to, text]);

describe("The page after TeamViewer's consent", () => {
  test("leads back to the consent that waits, so that any tab can confirm it", () => {
    const page = callbackPage("awaitingConfirmation", "en", "0".repeat(64));
    expect(linksIn(page)).toEqual([[`/portal/connector?consent=${"0".repeat(64)}`, "Go back to the connector"]]);
  });

  test.each(["refused", "invalid", "failed"] as const)("leads back to the connector when it was %s", (outcome) => {
    expect(linksIn(callbackPage(outcome, "fr"))).toEqual([["/portal/connector", "Retourner au connecteur"]]);
  });

  test.each(["de", "ar", "__proto__"])("is English all through for a reader of %s", (language) => {
    expect(callbackPage("failed", language)).toEqual(callbackPage("failed", "en"));
  });
});
