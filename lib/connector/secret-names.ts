import type { Connection } from "./connection.ts";

/** Key Vault backs up no secret of more than 500 versions, and no version can be deleted (learn.microsoft.com/azure/key-vault/general/backup). */
export const MAX_SECRET_VERSIONS = 400;

/** Where a token set was stored. */
export type Place = { secretName: string; secretVersion: string };

/** Whether the next token set goes under a name that the connection does not have yet. */
export const needsNewName = ({ secretVersions = 1, nextSecretName }: Connection) =>
  secretVersions >= MAX_SECRET_VERSIONS && nextSecretName === undefined;

/** The name that the next token set is stored under. */
export const nameToWrite = ({ secretName, nextSecretName }: Connection) => nextSecretName ?? secretName;

/** Every name under which the vault may hold something of this connection. */
export const secretNamesOf = ({ secretName, nextSecretName, formerSecretNames = [] }: Connection) => [
  ...formerSecretNames,
  secretName,
  ...(nextSecretName ? [nextSecretName] : []),
];

/** The connection pointing to `place`: another version of its secret, or the first under its next name. */
export function pointingTo(connection: Connection, { secretName, secretVersion }: Place): Connection {
  const { secretVersions = 1, nextSecretName: _taken, formerSecretNames = [], ...rest } = connection;
  if (secretName === connection.secretName) return { ...connection, secretVersion, secretVersions: secretVersions + 1 };
  const names = { secretName, formerSecretNames: [...formerSecretNames, connection.secretName] };
  return { ...rest, ...names, secretVersion, secretVersions: 1 };
}
