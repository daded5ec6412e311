import { AppError } from "../errors.ts";
import type { Connection } from "./connection.ts";
import type { Connections, Stored } from "./ports.ts";

/** The connection in use. Throws `connector-not-connected` or `connector-needs-consent`. */
export function usable({ current }: Connections): Stored<Connection> {
  if (current?.value.status === "connected") return current;
  if (current?.value.status === "needsConsent") throw needsConsent();
  throw new AppError(
    "connector-not-connected",
    "TeamViewer is not connected. An administrator connects it on the connector page.",
  );
}

export function needsConsent(): AppError {
  return new AppError(
    "connector-needs-consent",
    "TeamViewer no longer accepts the connection. An administrator must give consent again.",
  );
}
