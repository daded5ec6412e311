import { createHash, timingSafeEqual } from "node:crypto";
import type { AuditSubject } from "../audit/entry.ts";
import type { Audit } from "../audit/record.ts";
import { type Consent, consentIdOf, consentSchema } from "./consent.ts";
import type { Forget } from "./forget.ts";
import type { ForgetGrant } from "./forget-grant.ts";
import { makeKeepGrant } from "./keep-grant.ts";
import { owing } from "./owed.ts";
import type { ConnectionStore, ConsentStore, Seal, Stored, TeamViewerGrants, TokenVault } from "./ports.ts";

type Deps = {
  consents: ConsentStore;
  connections: ConnectionStore;
  vault: TokenVault;
  seal: Seal;
  grants: TeamViewerGrants;
  audit: Audit;
  forget: Forget;
  forgetGrant: ForgetGrant;
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
 * State and audit intent go out side by side; then the code is exchanged; then tokens are stored and the account is read;
 * then connection, consent and audit outcome are written.
 */
export function makeCallback(deps: Deps) {
  const { consents, connections, grants, audit, forget, forgetGrant, newId } = deps;
  const keepGrant = makeKeepGrant(deps);

  return async ({ state, code, error, cookie, correlationId }: CallbackInput): Promise<CallbackOutcome> => {
    const started = await findStarted(deps, state, cookie);
    if (!started) return "invalid";
    const { requestedBy, requestedByKind } = started.value;
    const actor = { id: requestedBy, kind: requestedByKind };
    const subject = { actor, action: "connector.connect", correlationId } as const;
    const secretName = `tv-${newId()}`;
    const used = await spend(deps, started, subject, secretName);
    if (!used) return "invalid";
    const { value: consent } = used;

    const end = async (outcome: "refused" | "failed", reason: string) => {
      await Promise.all([
        consents.update(used, { ...consent, status: outcome }),
        audit.outcome(subject, { result: outcome, reason }),
      ]);
      return outcome;
    };

    if (error !== undefined || !code) return end("refused", error === "access_denied" ? error : "no-code");
    const answer = await grants.exchange(code);
    if (answer.outcome === "refused") return end("failed", answer.reason);
    if (answer.outcome === "unknown") return end("failed", "no-answer");

    const connection = await keepGrant(consent, secretName, answer.tokens);
    if (connection?.status !== "awaitingConfirmation") {
      if (connection) await connections.add(connection);
      if (connection) await forget(connection.id);
      return end("failed", "account-not-readable");
    }
    const entry = audit.outcomeEntry(subject, { result: "success" });
    const [added] = await Promise.allSettled([
      connections.add(owing(connection, entry)),
      audit.append(entry),
      consents.update(used, { ...consent, status: "awaitingConfirmation", connectionId: connection.id }),
    ]);
    if (added.status === "fulfilled") return "awaitingConfirmation";
    // TeamViewer did connect, and the audit may say so: that it is undone is audited by itself, now or by the timer.
    await forgetGrant(secretName).catch(() => undefined);
    throw added.reason;
  };
}

/** Uses the state up, with the audit's intent beside it; undefined when somebody else did. */
async function spend(
  { consents, audit, now }: Deps,
  started: Stored<Consent>,
  subject: AuditSubject,
  secretName: string,
): Promise<Stored<Consent> | undefined> {
  const spent = { ...started.value, status: "used" as const, usedAt: now().toISOString(), secretName };
  const [used, intent] = await Promise.allSettled([consents.update(started, spent), audit.intent(subject)]);
  if (intent.status === "fulfilled" && used.status === "rejected")
    await audit.outcome(subject, { result: "failed", reason: "storage" });
  if (used.status === "rejected") throw used.reason;
  if (intent.status === "fulfilled" && !used.value) await audit.outcome(subject, { result: "replayed" });
  if (intent.status === "rejected" && used.value) throw intent.reason;
  return used.value;
}

/**
 * The started consent that `state` and `cookie` both belong to, as the cookie tells it: whether its row is still the same
 * shows when it is used up. Undefined when anything about them is wrong.
 */
async function findStarted({ consents, seal, now }: Deps, state: string | undefined, cookie: string | undefined) {
  if (!state || !/^[\w-]{43}$/.test(state) || !cookie) return undefined;
  const opened = await seal.open("cookie", cookie);
  const id = consentIdOf(state);
  if (typeof opened?.id !== "string" || typeof opened.nonce !== "string" || !isEqual(opened.id, id)) return undefined;
  const stored = rowIn(opened) ?? (await consents.find(id));
  return stored?.value.id === id && isUsable(stored, opened.nonce, now()) ? stored : undefined;
}

function rowIn({ consent, etag }: Record<string, unknown>): Stored<Consent> | undefined {
  if (typeof consent !== "string" || typeof etag !== "string") return undefined;
  return { value: consentSchema.parse(JSON.parse(consent)), etag };
}

function isUsable({ value }: Stored<Consent>, nonce: string, now: Date): boolean {
  if (value.status !== "started" || value.expiresAt <= now.toISOString()) return false;
  return isEqual(value.nonceHash ?? "", createHash("sha256").update(nonce).digest("hex"));
}

function isEqual(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
