import { AppError } from "../../errors.ts";
import type { WebhookVault } from "../ports.ts";
import type { KnownSources } from "./known-sources.ts";
import { isSignedBy, isTimely, isWellFormed, type SignedMessage, secretsAt, TOLERANCE_SECONDS } from "./signature.ts";
import type { Source } from "./source.ts";

type Deps = { known: KnownSources; vault: WebhookVault; now: () => Date };

/** A source that was paused, deleted or given a new secret elsewhere is so here after this long. */
const KNOWN_MS = 10_000;
/** Who is refused is looked for again, but not more often than this, whoever keeps trying. */
const LOOK_AGAIN_MS = 1_000;

/** What a message is measured by that comes from no source of ours, so that refusing it takes as long. */
const NOBODYS_SECRET = `whsec_${Buffer.alloc(32).toString("base64")}`;

/** The source that a message comes from. Throws `unauthenticated`, and `forbidden` when the source is paused. */
export function makeAuthenticateSource({ known, vault, now }: Deps) {
  async function signer(name: string, message: SignedMessage, maxAgeMs: number): Promise<Source | undefined> {
    const source = (await known.current(maxAgeMs)).find((each) => each.name === name);
    const secrets = source && (await vault.read(source.secretName));
    const isSigned = isSignedBy(secrets ? secretsAt(secrets, now()) : [NOBODYS_SECRET], message);
    return secrets && isSigned ? source : undefined;
  }

  return async (name: string, message: SignedMessage): Promise<Source> => {
    if (!isWellFormed(message)) throw unsigned();
    const source = (await signer(name, message, KNOWN_MS)) ?? (await signer(name, message, LOOK_AGAIN_MS));
    if (!source) throw notSignedByASource();
    if (!isTimely(message.timestamp, now())) throw untimely();
    if (source.paused) throw paused();
    return source;
  };
}

const unsigned = () =>
  new AppError(
    "unauthenticated",
    "Send the headers webhook-id, webhook-timestamp (seconds since 1970) and webhook-signature of Standard Webhooks.",
  );

/** The same words for a source that there is not and a signature that is wrong. */
const notSignedByASource = () =>
  new AppError(
    "unauthenticated",
    "No source of this name signed this message. Check the name in the address, the secret, and that the very bytes of the body are signed.",
  );

const untimely = () =>
  new AppError(
    "unauthenticated",
    `The webhook-timestamp is more than ${TOLERANCE_SECONDS} s away from the time here. Set the clock, and sign anew for each try.`,
  );

const paused = () =>
  new AppError(
    "forbidden",
    "This source is paused. An administrator can resume it with PATCH /api/inbound-sources/{id}.",
  );
