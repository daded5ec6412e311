import { expect } from "@jest/globals";
import { liveGrants, tokenCalls } from "../../connect.ts";
import { type Case, inShort, requestOf, type Stage } from "./case.ts";

const ask = async (stage: Stage, process = stage.product.process()) =>
  inShort(await requestOf(stage, { notify: false }).ask(process));
const fault = ({ product }: Stage, rest: object) =>
  product.around.vault.addFault({ path: "/secrets/", times: 0, ...rest });
const secretCalls = ({ product }: Stage) =>
  product.around.vault.journal.filter(({ path }) => path.startsWith("/secrets/"));

const alone: Omit<Case, "isAlone">[] = [
  {
    number: "31",
    fault: "Key Vault answers 403",
    expected: "503 that names the role; a cached token serves on",
    async run(stage) {
      const warm = stage.product.newProcess();
      expect(await ask(stage, warm)).toBe("201");
      fault(stage, { status: 403, body: { error: { code: "Forbidden" } } });
      const answer = await requestOf(stage).ask(stage.product.newProcess());
      expect(inShort(answer)).toBe("503 upstream-unavailable");
      expect(answer.text).toContain("Key Vault Secrets Officer");
      expect(answer.headers.get("retry-after")).toBe("120");
      expect(await ask(stage, warm)).toBe("201");
      return "503, Retry-After 120, names the role; warm process 201";
    },
  },
  {
    number: "32",
    fault: "Key Vault answers 429 while 30 ask one process",
    expected: "spaced tries, one read at a time; then all are served",
    async run(stage) {
      const process = stage.product.newProcess();
      stage.product.around.vault.journal.splice(0);
      fault(stage, { status: 429, headers: { "retry-after": "1" }, times: 2 });
      const answers = await Promise.all(Array.from({ length: 30 }, () => ask(stage, process)));
      expect(new Set(answers)).toEqual(new Set(["201"]));
      const tries = secretCalls(stage).map(({ at }) => Date.parse(at));
      expect(tries.length).toBeLessThanOrEqual(4);
      expect((tries.at(-1) ?? 0) - (tries[0] ?? 0)).toBeGreaterThan(1500);
      return `30 served with ${tries.length} reads over ${((tries.at(-1) ?? 0) - (tries[0] ?? 0)) / 1000} s`;
    },
  },
  {
    number: "33",
    fault: "Key Vault is down for 30 minutes, then half a token life",
    expected: "the cached token serves; the refresh is postponed, nothing is spent",
    async run(stage) {
      expect(await ask(stage)).toBe("201");
      fault(stage, { behaviour: "reset" });
      stage.product.clock.advance(30 * 60_000);
      expect([await ask(stage), await ask(stage)]).toEqual(["201", "201"]);
      stage.product.clock.advance(12 * 3_600_000);
      await stage.product.runTimer("keep-connected").catch(() => undefined);
      expect(tokenCalls(stage.product, "refresh_token")).toHaveLength(0);
      expect(await ask(stage)).toBe("201");
      stage.product.clearFaults();
      await stage.product.runTimer("keep-connected");
      expect(tokenCalls(stage.product, "refresh_token")).toHaveLength(1);
      expect([await ask(stage), liveGrants(stage.product).length]).toEqual(["201", 1]);
      return "201 throughout; 0 token calls meanwhile, 1 after";
    },
  },
  {
    number: "34",
    fault: "Key Vault answers 409: the secret's name is deleted but recoverable, or being recovered",
    expected: "a new name at each connect, so never a dead end; nothing is left",
    async run(stage) {
      const { admin, product } = stage;
      for (const code of ["ObjectIsDeletedButRecoverable", "ObjectIsBeingRecovered"]) {
        const body = { error: { code: "Conflict", innererror: { code } } };
        product.around.vault.addFault({ method: "PUT", path: "/secrets/tv-", status: 409, body });
        const started = await admin.opened(await admin.asked());
        expect((await admin.cameBack(await admin.consented(started), started.cookie)).status).toBe(502);
        expect(liveGrants(product)).toHaveLength(1);
        expect((await admin.connected()).status).toBe("connected");
        expect([liveGrants(product).length, (await product.secretNames()).length]).toEqual([1, 1]);
      }
      return "502 page and its grant revoked, then connected, twice";
    },
  },
  {
    number: "35",
    fault: "the secret is corrupted, of another shape, gone or its version disabled",
    expected: "needsConsent, audited once, no crash, no loop; disabled or forbidden: 503, heals by itself",
    async run(stage) {
      const seen: string[] = [];
      const about = (value: string) => ({
        value,
        id: `${stage.product.around.vault.url}/secrets/tv-x/1`,
        attributes: {},
      });
      const kinds = [
        { status: 200, body: about("\u0000garbage") },
        { status: 200, body: about('{"v":2,"tokens":[]}') },
        { status: 404, body: { error: { code: "SecretNotFound" } } },
        { status: 403, body: { error: { code: "Forbidden", innererror: { code: "SecretDisabled" } } } },
      ];
      for (const kind of kinds) {
        await stage.admin.connected();
        fault(stage, { path: "/secrets/tv-", ...kind });
        const process = stage.product.newProcess();
        const twice = [await ask(stage, process), await ask(stage, process)];
        expect(twice[1]).toBe(twice[0]);
        seen.push(twice[0] ?? "");
        stage.product.clearFaults();
      }
      const needs = "409 connector-needs-consent";
      expect(seen).toEqual([needs, needs, needs, "503 upstream-unavailable"]);
      expect(await ask(stage)).toBe("201");
      const entries = await stage.product.audit("connector.");
      expect(entries.filter(({ action }) => action === "connector.needs-consent")).toHaveLength(3);
      expect(tokenCalls(stage.product, "refresh_token")).toHaveLength(0);
      return `${seen.map((each) => each.slice(0, 3)).join(", ")}; 3 audit entries, 0 token calls`;
    },
  },
];

export const vaultCases: Case[] = alone.map((each) => ({ ...each, isAlone: true }));
