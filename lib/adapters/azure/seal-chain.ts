import type { TokenCredential } from "@azure/identity";
import type { ContainerClient } from "@azure/storage-blob";
import type { SealChain } from "../../audit/ports.ts";
import { type Seal, sealSchema } from "../../audit/seal.ts";
import { AppError } from "../../errors.ts";
import type { StorageSettings } from "../../settings.ts";
import { whenNeeded } from "../when-needed.ts";
import { unavailable } from "./refusal.ts";
import { statusOf } from "./status-of.ts";

const CONTAINER = "audit-seals";
const TIMEOUT_MS = 20_000;
const RETRIES = { maxTries: 3, retryDelayInMs: 200, maxRetryDelayInMs: 2000, tryTimeoutInMs: 10_000 };

/** A blob that has reached this takes no more seals: the next goes into a new one. */
const FULL_BYTES = 1024 * 1024;

type Place = { number: number; length: number };
type Listed = Place & { since: string };

/**
 * Seals as lines of append blobs `000001.ndjson` and so on. A seal goes to the place that was its blob's end when the chain
 * was read, so two sealers cannot both go on from the same seal. Nothing is ever overwritten: the container may forbid it.
 */
export function makeSealChain(storage: StorageSettings, credential: TokenCredential): SealChain {
  const container = whenNeeded(() => openContainer(storage, credential));
  const within = () => ({ abortSignal: AbortSignal.timeout(TIMEOUT_MS) });
  const blobOf = async (number: number) => (await container()).getAppendBlobClient(nameOf(number));

  const list = () =>
    answering(async () => {
      const found: Listed[] = [];
      for await (const { name, properties, metadata } of (await container()).listBlobsFlat({
        includeMetadata: true,
        ...within(),
      }))
        found.push({
          number: Number.parseInt(name, 10),
          length: properties.contentLength ?? 0,
          since: metadata?.since ?? "",
        });
      return found.sort((a, b) => a.number - b.number);
    });

  const linesIn = ({ number, length }: Place): Promise<string[]> =>
    answering(async () => {
      if (length === 0) return [];
      const bytes = await (await blobOf(number)).downloadToBuffer(0, length, within());
      return bytes.toString("utf8").split("\n").filter(Boolean);
    });

  async function* newestFirst(): AsyncIterable<Seal> {
    for (const place of (await list()).reverse())
      for (const line of (await linesIn(place)).reverse()) yield sealOf(line);
  }

  return {
    newestFirst,
    async tail() {
      const blobs = await list();
      const newest = blobs.at(-1) ?? { number: 0, length: FULL_BYTES };
      const place: Place = newest.length < FULL_BYTES ? newest : { number: newest.number + 1, length: 0 };
      for (const blob of blobs.reverse()) {
        const last = (await linesIn(blob)).at(-1);
        if (last) return { last: sealOf(last), place };
      }
      return { last: undefined, place };
    },
    append({ place }, seal) {
      const { number, length } = place as Place;
      return answering(async () => {
        const blob = await blobOf(number);
        const line = `${JSON.stringify(seal)}\n`;
        if (length === 0)
          await ifNew(blob.create({ conditions: { ifNoneMatch: "*" }, metadata: { since: seal.from }, ...within() }));
        try {
          const conditions = { appendPosition: length };
          await blob.appendBlock(line, Buffer.byteLength(line), { conditions, ...within() });
          return true;
        } catch (error) {
          if (statusOf(error) === 412) return false;
          throw error;
        }
      });
    },
    async *oldestFirst(from) {
      const blobs = await list();
      for (const [index, place] of blobs.entries()) {
        // The blob after it says where it ends.
        const until = blobs[index + 1]?.since;
        if (from && until && until <= from.toISOString()) continue;
        for (const line of await linesIn(place)) yield sealOf(line);
      }
    },
  };
}

/** A line is read when its turn comes: a seal holds thousands of leaves. */
function sealOf(line: string): Seal {
  try {
    return sealSchema.parse(JSON.parse(line));
  } catch (error) {
    return refused(error);
  }
}

const nameOf = (number: number) => `${String(number).padStart(6, "0")}.ndjson`;

async function openContainer(storage: StorageSettings, credential: TokenCredential): Promise<ContainerClient> {
  const { BlobServiceClient } = await import("@azure/storage-blob");
  const options = { retryOptions: RETRIES };
  if (!("connectionString" in storage) && !storage.blobUrl)
    throw new AppError(
      "upstream-unavailable",
      "The audit cannot be sealed: AzureWebJobsStorage__blobServiceUri is not set. Set it to the address of the storage account's blobs.",
      { retryAfterSeconds: 120 },
    );
  const service =
    "connectionString" in storage
      ? BlobServiceClient.fromConnectionString(storage.connectionString, options)
      : new BlobServiceClient(storage.blobUrl ?? "", credential, options);
  const container = service.getContainerClient(CONTAINER);
  await answering(() => container.createIfNotExists({ abortSignal: AbortSignal.timeout(TIMEOUT_MS) }));
  return container;
}

/** A blob that somebody else just made is as good as one of our own. */
async function ifNew(created: Promise<unknown>): Promise<void> {
  await created.catch((error: unknown) => {
    if (![409, 412].includes(statusOf(error))) throw error;
  });
}

async function answering<T>(ask: () => Promise<T>): Promise<T> {
  return ask().catch(refused);
}

function refused(cause: unknown): never {
  throw unavailable(cause, {
    forbidden:
      "The storage account refuses to keep seals. Give this app's identity the role Storage Blob Data Contributor",
    silent: "The seals cannot be read or written: the storage account's blobs do not answer.",
  });
}
