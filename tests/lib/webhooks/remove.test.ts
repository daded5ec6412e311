import { expect, test } from "@jest/globals";
import { ADA, codeOf, inMemory } from "./in-memory.ts";

test("a deleted endpoint is shown and told no more; its row stays for the timer", async () => {
  const hooks = inMemory();
  const { id } = await hooks.endpoint();
  await hooks.known.current();
  expect(await hooks.webhooks.remove(ADA, id, "c-1")).toMatchObject({ id, status: "deleted" });
  expect((await hooks.known.find(id))?.value.status).toBe("deleted");
  expect(await codeOf(hooks.webhooks.read(id))).toBe("webhook-not-found");
  expect(await hooks.row(id)).toMatchObject({ status: "deleted", secretName: "wh-1" });
  expect(hooks.lines()).toEqual(["webhook.delete intent", `webhook.delete outcome success ${id}`]);
});

test("what is not there, or was deleted before, cannot be deleted, and nothing is written about it", async () => {
  const hooks = inMemory();
  const { id } = await hooks.endpoint({ status: "deleted" });
  for (const each of [id, "another"])
    expect(await codeOf(hooks.webhooks.remove(ADA, each, "c-1"))).toBe("webhook-not-found");
  expect(hooks.entries).toEqual([]);
});
