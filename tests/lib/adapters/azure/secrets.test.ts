import { ManagedIdentityCredential } from "@azure/identity";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { makeDeployedSecret, makeSecrets, type Secrets } from "../../../../lib/adapters/azure/secrets.ts";
import { startTestApp, type TestApp } from "../../../app.ts";

const about = { contentType: "application/json;v=1", tags: { connectionId: "c1" } };
const FIVE_MINUTES_MS = 5 * 60_000;

let product: TestApp;
let secrets: Secrets;

beforeAll(async () => {
  product = await startTestApp();
  secrets = makeSecrets(product.around.vault.url, new ManagedIdentityCredential());
});
afterEach(() => product.clearFaults());
afterAll(() => product.stop());

const readsOf = (name: string) =>
  product.around.vault.journal.filter(({ method, path, status }) => {
    return method === "GET" && path.includes(`/secrets/${name}`) && status !== 401;
  }).length;

describe("The vault's secrets", () => {
  test("each version stays readable; without one the newest is read", async () => {
    const first = await secrets.set("tv-versions", "one", about);
    const second = await secrets.set("tv-versions", "two", about);
    expect(first).not.toBe(second);
    expect(await secrets.get("tv-versions", first)).toBe("one");
    expect(await secrets.get("tv-versions", second)).toBe("two");
    expect(await secrets.get("tv-versions")).toBe("two");
    const { properties } = await product.vault.getSecret("tv-versions");
    expect(properties).toMatchObject(about);
  });

  test("a secret that is not there is an answer, for reading and for removing", async () => {
    expect(await secrets.get("tv-none")).toBeUndefined();
    expect(await secrets.get("tv-none", "0".repeat(32))).toBeUndefined();
    await expect(secrets.remove("tv-none")).resolves.toBeUndefined();
  });

  test("a removed secret is gone, removing it again is fine, and its name cannot be used again", async () => {
    await secrets.set("tv-removed", "one", about);
    await secrets.remove("tv-removed");
    expect(await secrets.get("tv-removed")).toBeUndefined();
    await secrets.remove("tv-removed");
    await expect(secrets.set("tv-removed", "two", about)).rejects.toMatchObject({ code: "upstream-unavailable" });
  });

  test("a missing role is named, with more patience than an outage", async () => {
    product.around.vault.addFault({ status: 403, times: 0 });
    for (const call of [secrets.get("tv-x"), secrets.set("tv-x", "v", about), secrets.remove("tv-x")]) {
      await expect(call).rejects.toMatchObject({
        code: "upstream-unavailable",
        message: expect.stringContaining("Key Vault Secrets Officer"),
        retryAfterSeconds: 120,
      });
    }
  });

  test("a hiccup is not noticed; an outage is said within ten seconds, without what the vault said", async () => {
    await secrets.set("tv-hiccup", "one", about);
    product.around.vault.addFault({ status: 503, times: 1 });
    expect(await secrets.get("tv-hiccup")).toBe("one");
    product.around.vault.addFault({ status: 500, body: { error: { message: "secret text" } }, times: 0 });
    const failed = await secrets.get("tv-hiccup").catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: "upstream-unavailable", retryAfterSeconds: 30 });
    expect(String(failed)).not.toContain("secret text");
  }, 15_000);
});

describe("A secret that a deployment sets", () => {
  const deployed = (name: string) => makeDeployedSecret(secrets, name, product.clock.now);

  test("is read once in five minutes, however many ask", async () => {
    await secrets.set("deployed-once", "one", about);
    const read = deployed("deployed-once");
    const before = readsOf("deployed-once");
    expect(new Set(await Promise.all(Array.from({ length: 20 }, () => read())))).toEqual(new Set(["one"]));
    product.clock.advance(FIVE_MINUTES_MS - 1);
    await read();
    expect(readsOf("deployed-once") - before).toBe(1);
    await secrets.set("deployed-once", "two", about);
    product.clock.advance(1);
    expect(await read()).toBe("two");
  });

  test("serves on while the vault is down, and is read anew when it is back", async () => {
    await secrets.set("deployed-outage", "one", about);
    const read = deployed("deployed-outage");
    await read();
    product.around.vault.addFault({ status: 403, times: 0 });
    product.clock.advance(FIVE_MINUTES_MS);
    expect(await read()).toBe("one");
    product.clearFaults();
    await secrets.set("deployed-outage", "two", about);
    expect(await read()).toBe("two");
  });

  test("that was never set is named, and found as soon as it is set", async () => {
    const read = deployed("deployed-later");
    await expect(read()).rejects.toMatchObject({
      code: "upstream-unavailable",
      message: "The secret deployed-later is not set in Key Vault. Set it and try again.",
    });
    await secrets.set("deployed-later", "now", about);
    expect(await read()).toBe("now");
  });
});
