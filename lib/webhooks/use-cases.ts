import type { Audit } from "../audit/record.ts";
import { makeCreateWebhook } from "./create.ts";
import { makeDeliver } from "./deliver.ts";
import { makeGiveUpDelivery } from "./give-up.ts";
import type { KnownWebhooks } from "./known.ts";
import type { Lanes } from "./lanes.ts";
import type { CallTarget, DeliveryStore, SignWebhook, WebhookQueue, WebhookStore, WebhookVault } from "./ports.ts";
import { makeProve } from "./prove.ts";
import { makeListDeliveries, makeListWebhooks, makeReadWebhook } from "./read.ts";
import { makeRedeliver } from "./redeliver.ts";
import { makeDeleteWebhook } from "./remove.ts";
import { makeRotateSecret } from "./rotate.ts";
import { makeSendEvent } from "./send.ts";
import { makeNoteOutcome } from "./trouble.ts";
import { makeTryOut } from "./try-out.ts";
import { makeUpdateWebhook } from "./update.ts";
import { makeUpkeepWebhooks } from "./upkeep.ts";

/** What webhooks need of the outside. */
export type WebhookPorts = {
  store: WebhookStore;
  deliveries: DeliveryStore;
  queue: WebhookQueue;
  vault: WebhookVault;
  callTarget: CallTarget;
  sign: SignWebhook;
  /** `whsec_` and 32 random bytes, base64. */
  newSecret: () => string;
  /** 0 to 1. */
  random: () => number;
};

type Deps = {
  ports: WebhookPorts;
  known: KnownWebhooks;
  lanes: Lanes;
  audit: Audit;
  now: () => Date;
  newId: () => string;
  newEventId: (at: Date) => string;
  randomText: () => string;
  publicUrl: string;
  allowLoopback: boolean;
  sessionRetentionDays: number;
};

/** All that can be done with webhooks. */
export function makeWebhooks({ ports, publicUrl, sessionRetentionDays, ...rest }: Deps) {
  const deps = { ...ports, ...rest };
  const send = makeSendEvent({ ...deps, source: publicUrl });
  const prove = makeProve({ ...deps, send, origin: new URL(publicUrl).hostname });
  return {
    list: makeListWebhooks(deps),
    read: makeReadWebhook(deps),
    create: makeCreateWebhook({ ...deps, prove }),
    update: makeUpdateWebhook({ ...deps, prove }),
    remove: makeDeleteWebhook(deps),
    rotate: makeRotateSecret(deps),
    tryOut: makeTryOut({ ...deps, prove, send }),
    deliveries: makeListDeliveries(deps),
    redeliver: makeRedeliver(deps),
    deliver: makeDeliver({ ...deps, send, noteOutcome: makeNoteOutcome(deps) }),
    giveUp: makeGiveUpDelivery(deps),
    sendToPoison: ports.queue.sendToPoison,
    /** Reads the endpoints again, so that nobody else has to. */
    refresh: async (): Promise<void> => void (await rest.known.refresh()),
    upkeep: makeUpkeepWebhooks({ ...deps, sessionRetentionDays }),
  };
}
