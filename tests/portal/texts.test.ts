import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { actions } from "../../lib/audit/entry.ts";
import { channels, eligibilityCodes } from "../../lib/devices/device.ts";
import { problems } from "../../lib/http/problem.ts";
import { notificationStates, sessionStates } from "../../lib/sessions/session.ts";
import { deliveryViewSchema } from "../../lib/webhooks/delivery.ts";
import { webhookProblems, webhookViewSchema } from "../../lib/webhooks/webhook.ts";
import { en, type TextKey } from "../../portal/texts/en.ts";
import { fr } from "../../portal/texts/fr.ts";
import { localeOf, makeTexts } from "../../portal/texts.ts";

const keys = Object.keys(en) as TextKey[];
const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();
const portal = join(import.meta.dirname, "../../portal");
const sources = globSync("**/*.{ts,tsx}", { cwd: portal })
  .filter((path) => !path.startsWith("texts/"))
  .map((path) => readFileSync(join(portal, path), "utf8"))
  .join("\n");

describe("English and French", () => {
  test("say the same things", () => {
    expect(Object.keys(fr).sort()).toEqual([...keys].sort());
  });

  test.each(keys)("%s has the same placeholders", (key) => {
    expect(placeholders(fr[key])).toEqual(placeholders(en[key]));
    expect(fr[key]).not.toBe("");
  });

  test("every text is shown somewhere", () => {
    const starts = [...sources.matchAll(/`([\w.]+\.)\$\{/g)].map(([, start = ""]) => start);
    const unused = keys.filter(
      (key) => !sources.includes(`"${key}"`) && !starts.some((start) => key.startsWith(start)),
    );
    expect(unused).toEqual([]);
  });
});

describe("There are words for", () => {
  const missing = (start: string, codes: readonly string[]) => codes.filter((code) => !Object.hasOwn(en, start + code));
  test("every action of the audit", () => expect(missing("action.", actions)).toEqual([]));
  test("every reason against a device", () => expect(missing("eligibility.", eligibilityCodes)).toEqual([]));
  test("every channel", () => expect(missing("channel.", channels)).toEqual([]));
  test("every state of a session", () => {
    expect(missing("session.state.", sessionStates)).toEqual([]);
    expect(missing("session.next.", sessionStates)).toEqual([]);
  });
  test("every state of a webhook, its problems and its deliveries", () => {
    expect(missing("webhooks.status.", webhookViewSchema.shape.status.options)).toEqual([]);
    expect(missing("webhooks.problem.", webhookProblems)).toEqual([]);
    expect(missing("deliveries.state.", deliveryViewSchema.shape.state.options)).toEqual([]);
  });
  test("every state of a notification", () => expect(missing("notification.", notificationStates)).toEqual([]));

  test("every problem that its screens can meet", () => {
    const said = ["unauthenticated", "invalid-request", "unsupported-media-type", "payload-too-large"];
    const elsewhere = [...said, "idempotency-key-reused"];
    const codes = Object.keys(problems).filter((code) => !elsewhere.includes(code));
    expect(missing("problem.", codes)).toEqual([]);
  });
});

describe("The language", () => {
  test.each([
    [["fr-CA", "en"], "fr-CA"],
    [["de-DE", "fr"], "fr"],
    [["EN-gb"], "EN-gb"],
    [["de", "ja"], "en"],
    [[], "en"],
    [["constructor", "__proto__"], "en"],
  ])("of a reader who wants %j is %s", (wanted, locale) => {
    expect(localeOf(wanted)).toBe(locale);
  });
});

describe("Times and spans", () => {
  const at = Date.parse("2026-11-22T10:00:00Z");
  const { ago, span, time } = makeTexts("en-GB", () => at);
  test.each([
    ["2026-11-22T09:59:30Z", "30 seconds ago"],
    ["2026-11-22T10:45:00Z", "in 45 minutes"],
    ["2026-11-22T07:00:00Z", "3 hours ago"],
    ["2026-11-21T10:00:00Z", "yesterday"],
    ["2026-10-21T10:00:00Z", "32 days ago"],
  ])("%s is %s", (iso, words) => {
    expect(ago(iso)).toBe(words);
  });
  test("nothing is said of a time that is not known", () => {
    expect(ago(undefined)).toBe("");
    expect(time(undefined)).toBe("");
  });
  test.each([
    [undefined, "a moment"],
    [1, "1 second"],
    [45, "45 seconds"],
    [600, "10 minutes"],
  ])("%s seconds to wait are %s", (seconds, words) => {
    expect(span(seconds)).toBe(words);
  });
});

test("values are filled in as they are, whatever they look like", () => {
  const { t } = makeTexts("en");
  expect(t("session.on", { device: "$& {device} <b>" })).toBe("Session on $& {device} <b>");
});

test("a code that the portal does not know has no text", () => {
  expect(makeTexts("fr").maybe("problem.constructor")).toBeUndefined();
  expect(makeTexts("fr").maybe("toString")).toBeUndefined();
});
