/** Why the vault does not do what was asked; `inner` is the code in `innererror`. */
export class VaultRefusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly inner: string | undefined;

  constructor(status: number, code: string, message: string, inner?: string) {
    super(message);
    this.name = "VaultRefusal";
    this.status = status;
    this.code = code;
    this.inner = inner;
  }
}

/** The service's error body: https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses#error-responses */
export function refusalAnswer({ status, code, message, inner }: VaultRefusal) {
  return { status, json: { error: { code, message, ...(inner ? { innererror: { code: inner } } : {}) } } };
}

export const badParameter = (message: string) => new VaultRefusal(400, "BadParameter", message);

export const secretNotFound = (id: string) =>
  new VaultRefusal(
    404,
    "SecretNotFound",
    `A secret with (name/id) ${id} was not found in this key vault. If you recently deleted this secret you may be able to recover it using the correct recovery command.`,
  );

export const deletedSecretNotFound = (name: string) =>
  new VaultRefusal(404, "SecretNotFound", `Deleted Secret not found: ${name}`);

export const secretDisabled = () =>
  new VaultRefusal(403, "Forbidden", "Operation get is not allowed on a disabled secret.", "SecretDisabled");

export const deletedButRecoverable = (name: string, kind: "Secret" | "Key" = "Secret") =>
  new VaultRefusal(
    409,
    "Conflict",
    `${kind} ${name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the secret can only be recovered or purged.`,
    "ObjectIsDeletedButRecoverable",
  );

export const keyNotFound = (id: string) =>
  new VaultRefusal(
    404,
    "KeyNotFound",
    `A key with (name/id) ${id} was not found in this key vault. If you recently deleted this key you may be able to recover it using the correct recovery command.`,
  );

export const deletedKeyNotFound = (name: string) =>
  new VaultRefusal(404, "KeyNotFound", `Deleted Key not found: ${name}`);

export const keyDisabled = (operation: string) =>
  new VaultRefusal(403, "Forbidden", `Operation ${operation} is not allowed on a disabled key.`, "KeyDisabled");

export const keyOperationForbidden = (operation: string) =>
  new VaultRefusal(403, "Forbidden", `Operation ${operation} is not permitted on this key.`, "KeyOperationForbidden");
