import { describe, expect, test } from "@jest/globals";
import { makeDeployedSecret, type Secrets } from "../../../../lib/adapters/azure/secrets.ts";
import { AppError } from "../../../../lib/errors.ts";

const FIVE_MINUTES_MS = 5 * 60_000;

/** A deployed secret over a vault in memory, which counts its reads and can be down. */
function deployed(value: string | undefined) {
  const vault = { value, isDown: false, reads: [] as string[], nowMs: Date.parse("2026-11-22T10:00:00Z") };
  const secrets: Secrets = {
    get: async (name) => {
      vault.reads.push(name);
      if (vault.isDown) throw new AppError("upstream-unavailable", "The vault is down.");
      return vault.value;
    },
    set: async () => "",
    remove: async () => undefined,
  };
  return { vault, read: makeDeployedSecret(secrets, "the-secret", () => new Date(vault.nowMs)) };
}

describe("A secret of the deployment", () => {
  test("is read once for all who ask at the same time, and again after five minutes", async () => {
    const { vault, read } = deployed("one");
    expect(await Promise.all([read(), read(), read()])).toEqual(["one", "one", "one"]);
    expect(vault.reads).toEqual(["the-secret"]);
    vault.value = "two";
    vault.nowMs += FIVE_MINUTES_MS - 1;
    expect(await read()).toBe("one");
    vault.nowMs += 1;
    expect(await read()).toBe("two");
    expect(vault.reads).toHaveLength(2);
  });

  test("is read anew for who was refused with it, and not for who was refused with an older one", async () => {
    const { vault, read } = deployed("one");
    await read();
    vault.value = "two";
    expect(await read("one")).toBe("two");
    expect(await read("one")).toBe("two");
    expect(vault.reads).toHaveLength(2);
  });

  test("stays the same for who was refused with it when the vault has no other, and is read at each refusal", async () => {
    const { vault, read } = deployed("one");
    await read();
    expect([await read("one"), await read("one")]).toEqual(["one", "one"]);
    expect(vault.reads).toHaveLength(3);
  });

  test("serves on while the vault is down or has lost it, and is looked for each time", async () => {
    const { vault, read } = deployed("one");
    await read();
    vault.nowMs += FIVE_MINUTES_MS;
    vault.isDown = true;
    expect([await read(), await read()]).toEqual(["one", "one"]);
    vault.isDown = false;
    vault.value = undefined;
    expect(await read()).toBe("one");
    expect(vault.reads).toHaveLength(4);
    vault.value = "two";
    expect(await read()).toBe("two");
  });

  test.each([undefined, ""])("that is not set (%p) is an error that names it and says to set it", async (value) => {
    const { vault, read } = deployed(value);
    await expect(read()).rejects.toMatchObject({
      code: "upstream-unavailable",
      message: expect.stringMatching(/the-secret.* Set it/),
      retryAfterSeconds: 60,
    });
    vault.value = "now";
    expect(await read()).toBe("now");
  });

  test("that was never read is the vault's own error while it is down, for all who ask", async () => {
    const { vault, read } = deployed("one");
    vault.isDown = true;
    const answers = await Promise.allSettled([read(), read()]);
    expect(answers.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await expect(read()).rejects.toThrow("The vault is down.");
    expect(vault.reads).toHaveLength(2);
    vault.isDown = false;
    expect(await read()).toBe("one");
  });
});
