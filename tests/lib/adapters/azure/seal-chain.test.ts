import { ManagedIdentityCredential } from "@azure/identity";
import { BlobServiceClient, type ContainerClient } from "@azure/storage-blob";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { type Azurite, startAzurite } from "../../../../infra/local/azurite.ts";
import { makeSealChain } from "../../../../lib/adapters/azure/seal-chain.ts";
import type { Seal } from "../../../../lib/audit/seal.ts";
import { type Front, type FrontCall, type Misbehaviour, passOn, startFront } from "../../../faults/front.ts";
import { makeSigner } from "../../audit/a-seal.ts";
import { collected } from "../../audit/an-audit.ts";

const FULL_BYTES = 1024 * 1024;
const signer = makeSigner();
const first = signer.seal(undefined);
const second = signer.seal(first);
const third = signer.seal(second);

let azurite: Azurite;
/** Answers a call instead of the storage account: with a status, or never; `times` are left. */
type Fault = { call: RegExp; does: number | "hang"; times?: number };

let front: Front;
let faults: Fault[] = [];
let container: ContainerClient;

beforeAll(async () => {
  azurite = await startAzurite();
  front = await startFront(azurite.blobUrl, misbehave);
  container = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient("audit-seals");
});
beforeEach(async () => {
  await container.deleteIfExists();
  faults = [];
  front.calls.length = 0;
});
afterEach(() => {
  jest.restoreAllMocks();
});
afterAll(async () => {
  await front.close();
  await azurite.close();
});

const textOf = ({ method, path }: FrontCall) => `${method} ${path}`;

const misbehave: Misbehaviour = async (call, response, pass, send) => {
  const fault = faults.find((each) => each.call.test(textOf(call)) && each.times !== 0);
  if (!fault) return passOn(call, response, pass, send);
  if (fault.times) fault.times -= 1;
  if (fault.does !== "hang") response.writeHead(fault.does).end();
};

function newChain() {
  const { origin } = new URL(azurite.blobUrl);
  const connectionString = azurite.connectionString.replace(origin, front.url);
  return makeSealChain({ connectionString }, new ManagedIdentityCredential());
}
const sequences = async (seals: AsyncIterable<Seal>) => (await collected(seals)).map(({ sequence }) => sequence);
const callsOf = (call: RegExp) => front.calls.map(textOf).filter((each) => call.test(each));

async function append(...seals: Seal[]) {
  const chain = newChain();
  for (const seal of seals) expect(await chain.append(await chain.tail(), seal)).toBe(true);
  return chain;
}

/** Bytes as a blob of the chain, put there from outside. */
async function put(name: string, text: string, metadata?: Record<string, string>) {
  await container.createIfNotExists();
  const blob = container.getAppendBlobClient(name);
  await blob.create(metadata ? { metadata } : {});
  if (text) await blob.appendBlock(text, Buffer.byteLength(text));
}

const names = async () => (await collected(container.listBlobsFlat())).map(({ name }) => name);
const lineOf = (seal: Seal) => `${JSON.stringify(seal)}\n`;
/** A seal whose line is of so many bytes. */
const ofBytes = (seal: Seal, bytes: number): Seal => ({
  ...seal,
  key: seal.key + "x".repeat(bytes - Buffer.byteLength(lineOf(seal))),
});

describe("The chain of seals", () => {
  test("is empty at first, and made when it is first used", async () => {
    const chain = newChain();
    expect((await chain.tail()).last).toBeUndefined();
    expect([await sequences(chain.newestFirst()), await sequences(chain.oldestFirst())]).toEqual([[], []]);
    expect(callsOf(/^PUT/)).toEqual([expect.stringContaining("/audit-seals?restype=container")]);
  });

  test("keeps seals as they are, a line each, and gives them in both orders", async () => {
    const chain = await append(first, second, third);
    expect(await collected(chain.oldestFirst())).toEqual([first, second, third]);
    expect(await collected(chain.newestFirst())).toEqual([third, second, first]);
    expect((await chain.tail()).last).toEqual(third);
    expect(await names()).toEqual(["000001.ndjson"]);
    const bytes = await container.getAppendBlobClient("000001.ndjson").downloadToBuffer();
    expect(bytes.toString()).toBe([first, second, third].map(lineOf).join(""));
  });

  test("is gone on with by one of two who read the same end", async () => {
    for (const seal of [first, second]) {
      const [one, two] = [newChain(), newChain()];
      const [oneTail, twoTail] = [await one.tail(), await two.tail()];
      expect([await one.append(oneTail, seal), await two.append(twoTail, seal)]).toEqual([true, false]);
    }
    expect(await sequences(newChain().oldestFirst())).toEqual([1, 2]);
  });

  test("goes on where somebody made a blob and died", async () => {
    await put("000001.ndjson", "");
    await append(first);
    expect(await names()).toEqual(["000001.ndjson"]);
    await put("000002.ndjson", "");
    expect((await newChain().tail()).last).toEqual(first);
    await append(second);
    expect(await sequences(newChain().oldestFirst())).toEqual([1, 2]);
    expect(await sequences(newChain().newestFirst())).toEqual([2, 1]);
    const blob = await container.getAppendBlobClient("000002.ndjson").downloadToBuffer();
    expect(blob.toString()).toBe(lineOf(second));
  });

  test("gets a new blob once one has a mebibyte, not before", async () => {
    await append(ofBytes(first, FULL_BYTES - 2000), ofBytes(second, 2000), third);
    expect(await names()).toEqual(["000001.ndjson", "000002.ndjson"]);
    expect(await sequences(newChain().oldestFirst())).toEqual([1, 2, 3]);
    const { metadata } = await container.getAppendBlobClient("000002.ndjson").getProperties();
    expect(metadata).toEqual({ since: third.from });
  });

  test("goes on after the blob 999999 with the next number", async () => {
    await put("999999.ndjson", lineOf(first));
    await put("1000000.ndjson", lineOf(second));
    await append(third);
    expect(await sequences(newChain().oldestFirst())).toEqual([1, 2, 3]);
    expect(await names()).toHaveLength(2);
  });

  test("reads no blob that ended before what was asked for, and one without a note in any case", async () => {
    await put("000001.ndjson", lineOf(first), { since: first.from });
    await put("000002.ndjson", lineOf(second), { since: second.from });
    await put("000003.ndjson", lineOf(third));
    const chain = newChain();
    const from = async (time: string, shiftMs = 0) =>
      sequences(chain.oldestFirst(new Date(new Date(time).getTime() + shiftMs)));
    expect(await from(second.from, -1)).toEqual([1, 2, 3]);
    expect(await from(second.from)).toEqual([2, 3]);
    expect(await from(third.to)).toEqual([2, 3]);
  });
});

describe("When the storage account fails", () => {
  const container = /^PUT .*restype=container/;
  const list = /^GET .*comp=list/;
  const read = /^GET .*ndjson/;
  const create = /^PUT .*ndjson\?timeout/;
  const write = /^PUT .*comp=appendblock/;

  /** Reads the end and appends: all calls that there are. */
  const use = async () => {
    const chain = newChain();
    return chain.append({ last: undefined, place: { number: 2, length: 0 } }, (await chain.tail()).last ?? first);
  };
  const failure = () => use().catch((error: unknown) => error);
  const calls: [string, RegExp][] = [
    ["making the container", container],
    ["listing", list],
    ["reading", read],
    ["making a blob", create],
    ["writing", write],
  ];

  test.each(calls)("to allow %s, it says which role is needed", async (_, call) => {
    await append(first);
    faults.push({ call, does: 403 });
    const error = await failure();
    expect(error).toMatchObject({ code: "upstream-unavailable", retryAfterSeconds: 120 });
    expect(String(error)).toMatch("Storage Blob Data Contributor");
    expect(error).toHaveProperty("cause.statusCode", 403);
  });

  test.each(calls)("at %s, it says when to try again, and does not take it for an answer", async (_, call) => {
    await append(first);
    faults.push({ call, does: 400 });
    const error = await failure();
    expect(error).toMatchObject({ code: "upstream-unavailable", retryAfterSeconds: 30 });
    expect(String(error)).toMatch("do not answer");
  });

  test.each(calls)("by saying nothing at %s, it is not waited for without an end", async (_, call) => {
    await append(first);
    const { timeout } = AbortSignal;
    const asked = jest.spyOn(AbortSignal, "timeout").mockImplementation(() => timeout.call(AbortSignal, 100));
    faults.push({ call, does: "hang" });
    expect(await failure()).toMatchObject({ code: "upstream-unavailable", retryAfterSeconds: 30 });
    expect(new Set(asked.mock.calls.flat())).toEqual(new Set([20_000]));
  });

  test("for a moment, it is asked again: three times in all", async () => {
    await append(first);
    front.calls.length = 0;
    faults.push({ call: list, does: 503, times: 2 });
    expect((await newChain().tail()).last).toEqual(first);
    faults.push({ call: list, does: 503 });
    await expect(newChain().tail()).rejects.toMatchObject({ code: "upstream-unavailable" });
    expect(callsOf(list)).toHaveLength(6);
  }, 10_000);

  test("once, the same chain works the next time", async () => {
    const chain = newChain();
    faults.push({ call: container, does: 403, times: 1 });
    await expect(chain.tail()).rejects.toThrow("Storage Blob Data Contributor");
    expect((await chain.tail()).last).toBeUndefined();
    await chain.tail();
    expect(callsOf(container)).toHaveLength(2);
  });
});

test("a line that is no seal is not passed over", async () => {
  await put("000001.ndjson", `${lineOf(first)}{"v":1}\n`);
  await expect(newChain().tail()).rejects.toMatchObject({ code: "upstream-unavailable" });
});

test("without the address of the blobs nothing is sealed, and it says which setting it takes", async () => {
  const storage = {
    queueUrl: "https://q.example",
    tableUrl: "https://t.example",
    blobUrl: undefined,
    clientId: undefined,
  };
  const failing = makeSealChain(storage, new ManagedIdentityCredential()).tail();
  await expect(failing).rejects.toMatchObject({ code: "upstream-unavailable", retryAfterSeconds: 120 });
  await expect(failing).rejects.toThrow("AzureWebJobsStorage__blobServiceUri");
});

test("with the address of the blobs the app's identity is shown there", async () => {
  const storage = {
    queueUrl: "https://q.example",
    tableUrl: "https://t.example",
    blobUrl: "https://127.0.0.1:1",
    clientId: undefined,
  };
  const asked: unknown[] = [];
  const credential = {
    getToken: async (scope: string | string[]) => {
      asked.push(scope);
      throw new Error("no token");
    },
  };
  await expect(makeSealChain(storage, credential).tail()).rejects.toMatchObject({ code: "upstream-unavailable" });
  expect(asked.flat()).toContain("https://storage.azure.com/.default");
});
