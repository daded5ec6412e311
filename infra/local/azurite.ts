import { mkdirSync } from "node:fs";
import type { Server as HttpServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { changeInPlace } from "./azurite-in-place.ts";
import { journalCalls, type StorageJournal } from "./storage-journal.ts";

type Options = { port?: number | undefined; directory?: string | undefined };

/** A running storage account. */
export type Azurite = {
  connectionString: string;
  blobUrl: string;
  queueUrl: string;
  tableUrl: string;
  /** What was asked, and a delay for what will be. */
  journal: StorageJournal;
  close: () => Promise<void>;
};

type Server = { start: () => Promise<void>; close: () => Promise<void>; httpServer: HttpServer };
type ServiceModule = { default: new (...settings: unknown[]) => unknown };

// The emulator's account and key are public: learn.microsoft.com/azure/storage/common/storage-use-azurite#well-known-storage-account-and-key
const ACCOUNT = "devstoreaccount1";
const ACCOUNT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
const HOST = "127.0.0.1";
const KEEP_ALIVE_SECONDS = 5;

/**
 * Starts Azurite in this process: blobs on `port`, queues and tables on the next two, or on free ones without `port`.
 * Kept in `directory` if given, else in memory. It calls nobody: telemetry belongs to its command line.
 */
export async function startAzurite({ port, directory }: Options = {}): Promise<Azurite> {
  if (directory) mkdirSync(directory, { recursive: true });
  const load = nativeRequire();
  load("azurite/dist/src/common/Logger").configLogger(false);
  changeInPlace(load);
  const servers: Server[] = [];
  const journal: StorageJournal = { calls: [], delayMs: 0 };
  const start = async (service: "blob" | "queue" | "table", offset: number) => {
    const name = `${service.charAt(0).toUpperCase()}${service.slice(1)}`;
    const Configuration = (load(`azurite/dist/src/${service}/${name}Configuration`) as ServiceModule).default;
    const Service = load(`azurite/dist/src/${service}/${name}Server`) as Record<string, unknown>;
    const Server = (Service.default ?? Service[`${name}Server`]) as new (configuration: unknown) => Server;
    const memory = directory ? undefined : newMemory(load);
    const server = new Server(new Configuration(...settingsOf(service, port ? port + offset : 0, directory, memory)));
    await server.start();
    servers.push(server);
    journalCalls(journal, service, server.httpServer);
    return `http://${HOST}:${(server.httpServer.address() as AddressInfo).port}/${ACCOUNT}`;
  };
  const close = async () => {
    await Promise.all(servers.map((server) => server.close()));
  };
  try {
    const blobUrl = await start("blob", 0);
    const queueUrl = await start("queue", 1);
    const tableUrl = await start("table", 2);
    const connectionString =
      `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${ACCOUNT_KEY};` +
      `BlobEndpoint=${blobUrl};QueueEndpoint=${queueUrl};TableEndpoint=${tableUrl};`;
    return { connectionString, blobUrl, queueUrl, tableUrl, journal, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * The positional settings of Azurite's configuration classes. They are internal to it: its version is pinned, and this is
 * the only place that knows them.
 */
function settingsOf(service: "blob" | "queue" | "table", port: number, directory: string | undefined, memory: unknown) {
  const at = (name: string) => join(directory ?? "", name);
  const database = at(`${service}.json`);
  const noAccessLog = [false, undefined];
  const noDebugLog = [false, undefined];
  // Not loose; any API version, for the SDKs are newer than Azurite; no certificate; no OAuth; no product style URL.
  const server = [false, true, "", "", "", undefined, true];
  const isInMemory = directory === undefined;
  if (service === "table") {
    return [HOST, port, KEEP_ALIVE_SECONDS, database, false, ...noAccessLog, undefined, ...server, isInMemory];
  }
  const extents = [
    at(`${service}-extents.json`),
    [{ locationId: "Default", locationPath: at(service), maxConcurrency: 10 }],
  ];
  return [
    HOST,
    port,
    KEEP_ALIVE_SECONDS,
    database,
    ...extents,
    ...noAccessLog,
    ...noDebugLog,
    ...server,
    isInMemory,
    memory,
  ];
}

/** Each account has its own memory, so that two in one process do not share a limit. */
function newMemory(load: NodeJS.Require): unknown {
  const { MemoryExtentChunkStore } = load("azurite/dist/src/common/persistence/MemoryExtentStore") as {
    MemoryExtentChunkStore: new (sizeLimitBytes: number) => unknown;
  };
  return new MemoryExtentChunkStore(512 * 1024 * 1024);
}

/** Node's own `require`, also inside a test runner with a module registry per file: Azurite is loaded once per process. */
function nativeRequire(): NodeJS.Require {
  const builtIn = process.getBuiltinModule?.("node:module") ?? { createRequire };
  return builtIn.createRequire(import.meta.url);
}
