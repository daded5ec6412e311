import { describe, expect, test } from "@jest/globals";
import { keyOf } from "../../../lib/connector/token-sets.ts";
import { aConnection } from "./a-connection.ts";
import { aConnector, HOUR_MS } from "./a-connector.ts";

const DAY_MS = 24 * HOUR_MS;

test("a token set is named by its secret, its version and when it was got", () => {
  const keys = [
    aConnection(),
    aConnection({ secretName: "tv-c2" }),
    aConnection({ secretVersion: "2" }),
    aConnection({ obtainedAt: "2026-11-22T10:00:00.001Z" }),
  ].map(keyOf);
  expect(new Set(keys).size).toBe(4);
  expect(keyOf(aConnection({ status: "needsConsent", groupId: "g2" }))).toBe(keys[0]);
});

/** TeamViewer is connected with a secret that is full, and its tokens have run out. */
async function full() {
  const connector = aConnector();
  const { tokens } = await connector.holding({ secretVersions: 400 });
  connector.advance(DAY_MS);
  const stored = () => {
    const found = connector.connections.find("c1");
    if (!found) throw new Error("nothing is connected");
    return found;
  };
  return { ...connector, spent: tokens, stored };
}

describe("A secret that is full", () => {
  test("gets a successor, named before there is anything to put into it; the old one is left behind", async () => {
    const { access, journal, connection, secrets, ports } = await full();
    journal.before("grants.refresh", () => {
      expect(connection()?.nextSecretName).toMatch(/^tv-id-/);
      expect(secrets.versions().size).toBe(1);
    });
    const { accessToken } = await access.current();
    const { secretName = "", ...kept } = connection() ?? {};
    expect(kept).toMatchObject({ secretVersion: "1", secretVersions: 1, formerSecretNames: ["tv-c1"] });
    expect(kept).not.toHaveProperty("nextSecretName");
    expect((await ports.vault.read(secretName))?.accessToken).toBe(accessToken);
  });

  test("whose connection somebody changes at that moment is looked at again", async () => {
    const { access, journal, connections, connection, grants } = await full();
    journal.before("connections.update", () => connections.touch("c1", { groupId: "g2" }));
    await access.current();
    expect(connection()).toMatchObject({ groupId: "g2", formerSecretNames: ["tv-c1"] });
    expect(grants.refreshes).toHaveLength(1);
  });

  test("keeps the name that another process gave its successor", async () => {
    const { access, connections, connection } = await full();
    connections.touch("c1", { nextSecretName: "tv-next" });
    await access.current();
    expect(connection()).toMatchObject({ secretName: "tv-next", formerSecretNames: ["tv-c1"] });
  });

  test("gets none before it is full", async () => {
    const { access, connections, connection } = await full();
    connections.touch("c1", { secretVersions: 399 });
    await access.current();
    expect(connection()).toMatchObject({ secretName: "tv-c1", secretVersion: "2", secretVersions: 400 });
  });

  test("and whose successor holds a set that was never pointed to: that one is newer, and is taken", async () => {
    const { access, newProcess, journal, connection, grants } = await full();
    // The name is stored, the pointer to it is not.
    journal.after("grants.refresh", () => journal.fail("connections.update"));
    await expect(access.current()).rejects.toThrow("connections.update is away");
    const { accessToken } = await newProcess().access.current();
    expect(grants.isAccepted(accessToken)).toBe(true);
    expect(grants.refreshes).toHaveLength(1);
    expect(connection()).toMatchObject({ secretVersions: 1, formerSecretNames: ["tv-c1"] });
  });

  test("and whose set waits, sealed, goes on under the successor's name when the vault takes it", async () => {
    const { access, tokens, journal, connection, grants } = await full();
    journal.fail("vault.write");
    const { accessToken } = await access.current();
    expect(connection()).toMatchObject({ secretName: "tv-c1", sealedTokens: expect.any(String) });
    await tokens.saveJournaled();
    expect(connection()).toMatchObject({ secretVersions: 1, formerSecretNames: ["tv-c1"] });
    expect(connection()).not.toHaveProperty("sealedTokens");
    expect((await access.current()).accessToken).toBe(accessToken);
    expect(grants.refreshes).toHaveLength(1);
  });
});

describe("A set that is kept", () => {
  test("under a name that another process left behind meanwhile is stored once more, where it stays", async () => {
    const { sets, granted, connections, journal, connection, ports, stored } = await full();
    connections.touch("c1", { secretVersions: 5 });
    const asked = stored();
    const tokens = await granted();
    journal.after("vault.write", () =>
      connections.touch("c1", { secretName: "tv-next", secretVersion: "1", formerSecretNames: ["tv-c1"] }),
    );
    await sets.keep(asked, tokens);
    expect(connection()).toMatchObject({ secretName: "tv-next", formerSecretNames: ["tv-c1"] });
    expect(await ports.vault.read("tv-next")).toEqual(tokens);
    expect(journal.countOf("vault.write")).toBe(2);
  });

  test("is stored once when nobody left its name behind", async () => {
    const { sets, granted, connections, journal, stored } = await full();
    connections.touch("c1", { secretVersions: 5, formerSecretNames: ["tv-older"] });
    await sets.keep(stored(), await granted());
    expect(journal.countOf("vault.write")).toBe(1);
  });

  test("takes the place of a sealed one", async () => {
    const { sets, granted, connections, connection, stored } = await full();
    connections.touch("c1", { secretVersions: 5, sealedTokens: "an older one" });
    await sets.keep(stored(), await granted());
    expect(connection()).not.toHaveProperty("sealedTokens");
  });
});

describe("The newest set is", () => {
  test("the one that TeamViewer gave for the held one and nothing took yet, in this process alone", async () => {
    const { sets, newProcess, granted, spent, stored } = await full();
    const got = await granted();
    sets.received(spent, got);
    expect(await sets.newest(stored().value, spent)).toEqual(got);
    const other = await granted();
    expect(await sets.newest(stored().value, other)).toEqual(spent);
    expect(await sets.newest(stored().value)).toEqual(spent);
    expect(await newProcess().sets.newest(stored().value, spent)).toEqual(spent);
  });

  test("then the sealed one, then the vault's newest under the next name, then under the present one", async () => {
    const { sets, granted, ports, connections, stored, secrets, spent } = await full();
    const [sealed, successor, newest] = [await granted(), await granted(), await granted()];
    await ports.vault.write("tv-c1", "c1", newest);
    expect(await sets.newest(stored().value)).toEqual(newest);
    connections.touch("c1", { nextSecretName: "tv-next" });
    expect(await sets.newest(stored().value)).toEqual(newest);
    await ports.vault.write("tv-next", "c1", successor);
    expect(await sets.newest(stored().value)).toEqual(successor);
    connections.touch("c1", { sealedTokens: await ports.seal.close("tokens", { ...sealed }, DAY_MS) });
    expect(await sets.newest(stored().value)).toEqual(sealed);
    connections.touch("c1", { sealedTokens: "of another key" });
    for (const name of ["tv-next", "tv-c1"]) await secrets.port.remove(name);
    expect(await sets.newest(stored().value, spent)).toEqual(spent);
    expect(await sets.newest(stored().value)).toBeUndefined();
  });
});

describe("What is in memory", () => {
  test("is forgotten only for the very set that was refused", async () => {
    const { sets, granted, stored, journal, spent } = await full();
    sets.forget(spent);
    const loaded = await sets.load(stored());
    sets.forget(await granted());
    await sets.load(stored());
    expect(journal.countOf("vault.read")).toBe(1);
    if (loaded) sets.forget(loaded);
    await sets.load(stored());
    expect(journal.countOf("vault.read")).toBe(2);
  });

  test("nothing is, of a secret that could not be read", async () => {
    const { sets, stored, journal, spent } = await full();
    journal.instead("vault.read", async () => undefined);
    expect(await sets.load(stored())).toBeUndefined();
    expect(await sets.load(stored())).toEqual(spent);
  });
});
