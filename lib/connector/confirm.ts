import type { Principal } from "../access/principal.ts";
import type { Audit } from "../audit/record.ts";
import { AppError } from "../errors.ts";
import { type ConnectorView, viewOfConnector } from "./connection.ts";
import type { Forget } from "./forget.ts";
import { owing } from "./owed.ts";
import type { ConnectionStore, ConsentStore } from "./ports.ts";

type Deps = { consents: ConsentStore; connections: ConnectionStore; audit: Audit; now: () => Date; forget: Forget };

const MAX_ROUNDS = 5;

/** The person who asked for the consent looks at the account that came back and puts it in use. Confirming twice is fine. */
export function makeConfirm({ consents, connections, audit, now, forget }: Deps) {
  return async (principal: Principal, consentId: string, correlationId: string): Promise<ConnectorView> => {
    const consent = (await consents.find(consentId))?.value;
    if (!consent)
      throw new AppError(
        "consent-not-found",
        "No consent has this id. Ask for a new one with POST /api/connector/consents.",
      );
    if (consent.requestedBy !== principal.id) {
      throw new AppError("forbidden", "Only the one who asked for this consent can confirm it.");
    }
    const subject = {
      actor: { id: principal.id, kind: principal.kind },
      action: "connector.confirm",
      correlationId,
    } as const;

    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const all = await connections.read();
      const confirmed = all.current?.value;
      if (confirmed?.consentId === consentId && confirmed.status !== "disconnecting") {
        if (round > 0) await audit.outcome(subject, { result: "replayed" });
        return viewOfConnector(confirmed, undefined);
      }
      const waiting = all.others.find(
        ({ value }) => value.consentId === consentId && value.status === "awaitingConfirmation",
      );
      if (!waiting || waiting.value.confirmBefore <= now().toISOString()) {
        const refused = notConfirmable(
          consent.status,
          waiting !== undefined || consent.expiresAt <= now().toISOString(),
        );
        if (round > 0) await audit.outcome(subject, { result: "refused", reason: refused.code });
        throw refused;
      }

      if (round === 0) await audit.intent(subject);
      const reason = `terms version ${waiting.value.termsVersion}`;
      const entry = audit.outcomeEntry(subject, { result: "success", reason });
      const connected = owing({ ...waiting.value, status: "connected", connectedAt: now().toISOString() }, entry);
      if (!(await connections.putInUse(all, waiting, connected))) continue;
      await audit.append(entry);
      if (all.current) await forget(all.current.value.id);
      return viewOfConnector(connected, undefined);
    }
    await audit.outcome(subject, { result: "failed", reason: "connector-changed" });
    throw new AppError(
      "connector-changed",
      "Somebody else changed the connector at the same time. Look at it and try again.",
    );
  };
}

function notConfirmable(status: string, isOver: boolean): AppError {
  const isWaiting = !isOver && ["pending", "started", "used"].includes(status);
  if (isWaiting)
    return new AppError(
      "consent-not-completed",
      "TeamViewer has not answered yet. Finish its consent page, then confirm.",
    );
  return new AppError(
    "consent-expired",
    "This consent was refused, failed or ran out. Ask for a new one and confirm it within 15 minutes.",
  );
}
