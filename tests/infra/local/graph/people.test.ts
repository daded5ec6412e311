import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { startGraph } from "../../../../infra/local/graph/graph.ts";
import { demoUsers, type GraphUser } from "../../../../infra/local/graph/people.ts";
import { failure, followable, graphClient } from "./graph-client.ts";

type Page = { "@odata.nextLink"?: string; value: Partial<GraphUser>[] };

const people = demoUsers();
let graph: Awaited<ReturnType<typeof startGraph>>;

beforeAll(async () => {
  graph = await startGraph({ port: 0 });
});
afterAll(() => graph.close());

const client = () => graphClient(graph.url);
const withFilter = (filter: string): Promise<Page> =>
  client().api("/users").filter(encodeURIComponent(filter)).top(999).get();
const namesOf = ({ value }: Page) => value.map(({ displayName }) => displayName);

describe("The list of people", () => {
  test("holds everybody once, page by page", async () => {
    const pages: Page[] = [await client().api("/users").top(7).get()];
    for (let link = pages[0]?.["@odata.nextLink"]; link; link = pages.at(-1)?.["@odata.nextLink"])
      pages.push(await client().api(followable(graph.url, link)).get());
    expect(pages.flatMap(({ value }) => value.map(({ id }) => id))).toEqual(people.map(({ id }) => id));
    expect(pages).toHaveLength(Math.ceil(people.length / 7));
  });

  test("shows what $select names, and what users show without it", async () => {
    const { value: ids }: Page = await client().api("/users").select("id").top(1).get();
    expect(ids).toEqual([{ id: people[0]?.id }]);
    const { value: whole }: Page = await client().api("/users").top(1).get();
    expect(whole[0]).toMatchObject({ displayName: "Ana Duval", mail: "ana@contoso.example" });
    expect(whole[0]).not.toHaveProperty("accountEnabled");
  });

  test.each(["1000", "0", "-1", "all"])("refuses $top=%s", async (top) => {
    const error = await failure(client().api("/users").query({ $top: top }).get());
    expect(error).toMatchObject({ statusCode: 400, code: "Request_UnsupportedQuery" });
  });

  test("refuses $search and $orderby, which want a header", async () => {
    expect(await failure(client().api("/users").search('"displayName:Ana"').get())).toMatchObject({ statusCode: 400 });
    expect(await failure(client().api("/users").orderby("displayName").get())).toMatchObject({ statusCode: 400 });
  });
});

describe("A filter of people", () => {
  test.each([
    ["startswith(displayName,'ana d')", ["Ana Duval"]],
    ["startsWith(surname,'DUV')", ["Ana Duval"]],
    ["startswith(givenName,'Gast')", ["Gast Fabrikam"]],
    ["startswith(mail,'gast@')", ["Gast Fabrikam"]],
    ["startswith(userPrincipalName,'gast_fabrikam')", ["Gast Fabrikam"]],
    ["displayName eq 'ana duval'", ["Ana Duval"]],
    ["startswith(displayName,'Ana Duval') or startswith(surname,'Schmidt')", ["Ana Duval", "Paula Schmidt"]],
    ["startswith(displayName,'Ana Duval') and startswith(surname,'Schmidt')", []],
    ["startswith(displayName,'no such person')", []],
  ])("%s finds %j", async (filter, names) => {
    expect(namesOf(await withFilter(filter))).toEqual(names);
  });

  test("does not find who has no mailbox by it", async () => {
    expect(namesOf(await withFilter("startswith(mail,'no.mailbox')"))).toEqual([]);
  });

  test.each([
    "contains(displayName,'ana')",
    "endswith(displayName,'Duval')",
    "displayName ne 'Ana Duval'",
    "startswith(colour,'red')",
    "startswith(preferredLanguage,'fr')",
    "not startswith(displayName,'Ana')",
    "startswith(displayName,'Ana') or contains(surname,'u')",
  ])("%s is refused, not dropped", async (filter) => {
    expect(await failure(withFilter(filter))).toMatchObject({ statusCode: 400, code: "Request_UnsupportedQuery" });
  });

  test("that is no OData is refused", async () => {
    expect(await failure(withFilter("startswith(displayName,'O'Brien')"))).toMatchObject({ statusCode: 400 });
  });
});
