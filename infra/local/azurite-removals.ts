type Collection = {
  data: object[];
  remove: (document: object) => void;
  removeBatchByPositions: (positions: readonly number[]) => void;
  removeMany?: Collection["removeBatchByPositions"];
};

/**
 * Lets Azurite delete without sorting. Its database sorts all indexes of a collection anew when a list is removed, even one of
 * none or one: that is how Azurite looks for expired messages at each deletion of a message, and how it clears away, once a
 * minute and in one turn, what every message deleted since has left. With four thousand of those nothing else ran for half a
 * minute. None is nothing to do, and a single one is taken out of the indexes in place, as the database itself can.
 */
export function removeInPlace(load: NodeJS.Require): void {
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
}
