import { createHash, timingSafeEqual } from "node:crypto";
import type { Audit } from "../audit/record.ts";
import type { Connection } from "./connection.ts";
import { CONFIRM_MS, type Consent, consentIdOf } from "./consent.ts";
import type { Forget } from "./forget.ts";
import type { ConnectionStore, ConsentStore, Seal, Stored, TeamViewerGrants, TokenSet, TokenVault } from "./ports.ts";

type Deps = {
  consents: ConsentStore;
  connections: ConnectionStore;
  vault: TokenVault;
  seal: Seal;
  grants: TeamViewerGrants;
  audit: Audit;
  forget: Forget;
  now: () => Date;
  newId: () => string;
};

/** What TeamViewer's redirect brought, and the browser's cookie. */
export type CallbackInput = {
  state: string | undefined;
  code: string | undefined;
  error: string | undefined;
  cookie: string | undefined;
  correlationId: string;
};

/** How a callback ended, as the page tells it. */
export type CallbackOutcome = "awaitingConfirmation" | "invalid" | "refused" | "failed";

/**
 * TeamViewer's answer to the consent. The state is used up, by a conditional update, before any call leaves
 * (RFC 9700 section 2.1; RFC 6749 section 10.12), whatever the answer says; only the browser that started may bring it.
 */
export function makeCallback(deps: Deps) {
  const { consents, connections, vault, grants, audit, forget, now, newId } = deps;

  return async ({ state, code, error, cookie, correlationId }: CallbackInput): Promise<CallbackOutcome> => {
    const stored = await findStarted(deps, state, cookie);
    if (!stored) return "invalid";
    const mark = { status: "used" as const, usedAt: now().toISOString(), secretName: `tv-${newId()}` };
    const used = await consents.update(stored, { ...stored.value, ...mark });
    if (!used) return "invalid";
    const consent = used.value;
    const actor = { id: consent.requestedBy, kind: consent.requestedByKind };
    const subject = { actor, action: "connector.connect", correlationId } as const;

    const end = async (outcome: "refused" | "failed", reason: string) => {
      await consents.update(used, { ...consent, status: outcome });
      await audit.outcome(subject, { result: outcome, reason });
      return outcome;
    };

    await audit.intent(subject);
    if (error !== undefined || !code) return end("refused", error === "access_denied" ? error : "no-code");
    const answer = await grants.exchange(code);
    if (answer.outcome === "refused") return end("failed", answer.reason);
    if (answer.outcome === "unknown") return end("failed", "no-answer");

    const connection = await keep(consent, mark.secretName, answer.tokens);
    if (!connection) return end("failed", "account-not-readable");
    await consents.update(used, { ...consent, status: "awaitingConfirmation", connectionId: connection.id });
    await audit.outcome(subject, { result: "success" });
    return "awaitingConfirmation";
  };

  /** Stores the new grant as waiting for confirmation; one whose account cannot be read as to be revoked, now or by the timer. */
  async function keep(consent: Consent, secretName: string, tokens: TokenSet): Promise<Connection | undefined> {
    const id = newId();
    const [account, groupId, version] = await Promise.allSettled([
      grants.account(tokens.accessToken),
      grants.groupId(tokens.accessToken),
      vault.write(secretName, id, tokens),
    ]);
    if (version.status === "rejected") {
      await grants.revoke(tokens.accessToken);
      return undefined;
    }
    const isReadable = account.status === "fulfilled";
    const connection: Connection = {
      id,
      status: isReadable ? "awaitingConfirmation" : "disconnecting",
      consentId: consent.id,
      secretName,
      secretVersion: version.value,
      obtainedAt: tokens.obtainedAt,
      accessExpiresAt: tokens.expiresAt,
      account: isReadable ? account.value : { id: "", name: "", company: "", email: "" },
      ...(groupId.status === "fulfilled" && groupId.value ? { groupId: groupId.value } : {}),
      termsVersion: consent.termsVersion,
      connectedBy: consent.requestedBy,
      connectedAt: now().toISOString(),
      confirmBefore: new Date(now().getTime() + CONFIRM_MS).toISOString(),
    };
    try {
      await connections.add(connection);
    } catch (error) {
      await grants.revoke(tokens.accessToken);
      await vault.remove(secretName);
      throw error;
    }
    if (isReadable) return connection;
    await forget(id);
    return undefined;
  }
}

/** The started consent that `state` and `cookie` both belong to; undefined when anything about them is wrong. */
async function findStarted({ consents, seal, now }: Deps, state: string | undefined, cookie: string | undefined) {
  if (!state || !/^[\w-]{43}$/.test(state) || !cookie) return undefined;
  const opened = await seal.open("cookie", cookie);
  const id = consentIdOf(state);
  if (typeof opened?.id !== "string" || typeof opened.nonce !== "string" || !isEqual(opened.id, id)) return undefined;
  const stored = await consents.find(id);
  return stored && isUsable(stored, opened.nonce, now()) ? stored : undefined;
}

function isUsable({ value }: Stored<Consent>, nonce: string, now: Date): boolean {
  if (value.status !== "started" || value.expiresAt <= now.toISOString()) return false;
  return isEqual(value.nonceHash ?? "", createHash("sha256").update(nonce).digest("hex"));
}

function isEqual(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
