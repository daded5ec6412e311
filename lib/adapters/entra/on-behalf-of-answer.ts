import * as z from "zod";
import { AppError } from "../../errors.ts";

const grantedSchema = z.object({
  access_token: z
    .string()
    .min(1)
    .max(16 * 1024),
});
const refusedSchema = z.object({
  error: z.string().default(""),
  error_codes: z.array(z.number()).default([]),
  // Passed on to the front end, so nothing but a claims request (OpenID Connect Core section 5.5) is.
  claims: z.string().max(4096).refine(isClaimsRequest).optional().catch(undefined),
});

function isClaimsRequest(text: string): boolean {
  try {
    return z.strictObject({ access_token: z.record(z.string(), z.unknown()) }).safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}

/** AADSTS65001: nobody consented to what we ask for (learn.microsoft.com/entra/identity-platform/reference-error-codes). */
const CONSENT_MISSING = [65001];
/** AADSTS70025 and 70021x: the app registration has no federated credential, or none for this issuer, subject or audience. */
const CREDENTIAL_MISSING = [70021, 70025, 700211, 700212, 700213];

/**
 * The access token in an answer to an on-behalf-of request, or what its refusal means to the caller. Entra's own text
 * stays out: it names people, clients and addresses.
 */
export async function onBehalfOfAnswer(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => undefined);
  const granted = response.status === 200 ? grantedSchema.safeParse(body).data : undefined;
  if (granted) return granted.access_token;
  throw refusalOf(response.status, refusedSchema.safeParse(body).data);
}

function refusalOf(status: number, refused: z.infer<typeof refusedSchema> | undefined): AppError {
  if (status === 429 || status >= 500) {
    const text = "Entra is busy, so your rights in Intune cannot be looked up. Try again in half a minute.";
    return new AppError("upstream-unavailable", text, { cause: causeOf(status, refused), retryAfterSeconds: 30 });
  }
  const { error = "", error_codes: codes = [], claims } = refused ?? {};
  const has = (numbers: readonly number[]) => codes.some((code) => numbers.includes(code));
  if (has(CONSENT_MISSING)) {
    return ofAdministrator(
      "Grant this API's app registration the delegated Microsoft Graph permission DeviceManagementRBAC.Read.All and consent to it.",
    );
  }
  if (has(CREDENTIAL_MISSING)) {
    return ofAdministrator(
      "Add to this API's app registration a federated credential for the managed identity that the app runs as.",
    );
  }
  if (error === "interaction_required" || claims !== undefined) {
    const text = "Entra wants you to sign in again, for example with a second factor.";
    return new AppError("unauthenticated", text, claims === undefined ? {} : { claimsChallenge: claims });
  }
  // The person's token or sign-in no longer counts: expired, revoked, disabled.
  if (error === "invalid_grant") return new AppError("unauthenticated", "Entra wants you to sign in again.");
  const text = "Entra gave an answer that cannot be used, so your rights in Intune cannot be looked up.";
  return new AppError("upstream-invalid", text, { cause: causeOf(status, refused) });

  function ofAdministrator(what: string): AppError {
    const text = `Your rights in Intune cannot be looked up. An administrator has to do this: ${what}`;
    return new AppError("upstream-invalid", text, { cause: causeOf(status, refused) });
  }
}

/** Entra's numbers, for the log. */
function causeOf(status: number, refused: z.infer<typeof refusedSchema> | undefined): Error {
  return new Error(`Entra's token endpoint answered ${status} ${(refused?.error_codes ?? []).join(" ")}`);
}
