import type { Principal } from "../access/principal.ts";
import type { Action, AuditEntry } from "../audit/entry.ts";
import type { Audit } from "../audit/record.ts";
import { isAppError } from "../errors.ts";

type Asked = { principal: Pick<Principal, "id" | "kind">; action: Action; correlationId: string; webhookId: string };

/** What was done, and how its outcome reads in the audit: a word before the endpoint's id. */
type Done<T> = { answer: T; word?: string; result?: AuditEntry["result"] };

/** Does something to an endpoint between the two halves of its audit. */
export async function audited<T>(
  audit: Audit,
  { principal: { id, kind }, action, correlationId, webhookId }: Asked,
  work: () => Promise<Done<T>>,
): Promise<T> {
  const subject = { actor: { id, kind }, action, correlationId };
  await audit.intent(subject);
  try {
    const { answer, word, result = "success" } = await work();
    await audit.outcome(subject, { result, reason: word ? `${word} ${webhookId}` : webhookId });
    return answer;
  } catch (error) {
    const code = isAppError(error) ? error.code : "internal-error";
    await audit.outcome(subject, { result: "failed", reason: `${code} ${webhookId}` });
    throw error;
  }
}
