import { principals, type Role } from "./principals.ts";
import type { Surroundings } from "./surroundings.ts";

/** Where everything is, what the app was given and who can sign in: the content of `addresses.json`. */
export type Addresses = {
  app: string;
  entra: string;
  graph: string;
  teamviewer: string;
  vault: string;
  identity: string;
  /** The storage account's connection string. */
  storage: string;
  settings: Record<string, string>;
  principals: {
    name: string;
    roles: Role[];
    kind: "person" | "application";
    clientId?: string;
    clientSecret?: string;
  }[];
};

export function addressesOf(app: string, around: Surroundings, settings: Record<string, string>): Addresses {
  return {
    app,
    entra: around.entra.url,
    graph: around.graph.url,
    teamviewer: around.teamviewer.url,
    vault: around.vault.url,
    identity: around.identity.url,
    storage: around.storage.connectionString,
    settings,
    principals: principals.map(({ id: _id, ...principal }) => principal),
  };
}

/** The same as a table for people. */
export function tableOf(addresses: Addresses, functions: number): string {
  const places: [string, string][] = [
    ["app", `${addresses.app}  (${functions} functions)`],
    ["portal", `${addresses.app}/portal`],
    ["entra", addresses.entra],
    ["graph", addresses.graph],
    ["teamviewer", addresses.teamviewer],
    ["vault", addresses.vault],
    ["identity", addresses.identity],
    ["storage", /TableEndpoint=([^;]+)/.exec(addresses.storage)?.[1] ?? ""],
  ];
  const people = addresses.principals.map(({ name, kind, clientId, clientSecret, roles }) => {
    const rights = roles.map((role) => role.replace("RemoteAssistance.", "")).join(", ") || "no role";
    const signIn = kind === "person" ? "choose on Entra's page" : `${clientId}  ${clientSecret}`;
    return [name, `${rights.padEnd(23)} ${signIn}`] as [string, string];
  });
  const lines = (rows: [string, string][]) => rows.map(([name, text]) => `  ${name.padEnd(18)} ${text}`).join("\n");
  return `${lines(places)}\n\nDemo sign-ins (applications: client id and secret)\n${lines(people)}\n`;
}
