type Collection = {
  data: object[];
  remove: (document: object) => void;
  removeBatchByPositions: (positions: readonly number[]) => void;
  removeMany?: Collection["removeBatchByPositions"];
  update: (documents: object | readonly object[]) => unknown;
  updateOne?: Collection["update"];
};

type QueueStore = {
  clearExpiredMessages: (account: string, queue: string) => Promise<void>;
  lookForExpired?: QueueStore["clearExpiredMessages"];
  lookedAtMs?: Map<string, number>;
};

const LOOK_FOR_EXPIRED_EVERY_MS = 1_000;

/**
 * Lets Azurite receive and delete messages without sorting or searching all that wait, as it else does for each, so that each
 * costs the more the more wait, and what waits grows.
 */
export function changeInPlace(load: NodeJS.Require): void {
  changeFewInPlace(load);
  lookForExpiredSeldom(load);
}

/**
 * Azurite's database sorts all indexes of a collection anew when a list is removed or updated, even one of none or one: of
 * none at each search for expired messages, and of one for every message deleted since, which Azurite clears away once a minute
 * and in one turn: with four thousand of those nothing else ran for half a minute. None is nothing to do, and single ones are
 * moved within the indexes, as the database itself can.
 */
function changeFewInPlace(load: NodeJS.Require): void {
  const database = load.resolve("lokijs", { paths: [load.resolve("azurite/package.json")] });
  const { prototype } = (load(database) as { Collection: { prototype: Collection } }).Collection;
  // Kept there, because a test runner comes here once for each of its files.
  prototype.removeMany ??= prototype.removeBatchByPositions;
  prototype.removeBatchByPositions = function (positions) {
    const [first, ...others] = positions;
    if (first === undefined) return;
    const document = others.length === 0 ? this.data[first] : undefined;
    if (document) this.remove(document);
    else this.removeMany?.(positions);
  };
  prototype.updateOne ??= prototype.update;
  prototype.update = function (documents) {
    if (!Array.isArray(documents)) return this.updateOne?.(documents);
    // The messages that one call receives: 32 at most.
    for (const document of documents) this.updateOne?.(document);
    return undefined;
  };
}

/** Messages expire after days: a second more does not matter, and each search reads every message there is. */
function lookForExpiredSeldom(load: NodeJS.Require): void {
  const { prototype } = (
    load("azurite/dist/src/queue/persistence/LokiQueueMetadataStore") as { default: { prototype: QueueStore } }
  ).default;
  prototype.lookForExpired ??= prototype.clearExpiredMessages;
  prototype.clearExpiredMessages = async function (account, queue) {
    this.lookedAtMs ??= new Map();
    const atMs = performance.now();
    if (atMs - (this.lookedAtMs.get(queue) ?? Number.NEGATIVE_INFINITY) < LOOK_FOR_EXPIRED_EVERY_MS) return;
    this.lookedAtMs.set(queue, atMs);
    await this.lookForExpired?.(account, queue);
  };
}
