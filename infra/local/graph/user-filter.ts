import { type Comparison, type Filter, parseFilter } from "./filter-syntax.ts";
import type { GraphUser } from "./people.ts";
import { Refusal } from "./refusal.ts";
import { textTest } from "./text-test.ts";

type Predicate = (user: GraphUser) => boolean;

/** What the directory can search without `ConsistencyLevel: eventual` (learn.microsoft.com/graph/aad-advanced-queries). */
const operators = ["eq", "startswith"];
const searchable: readonly string[] = [
  "displayName",
  "givenName",
  "surname",
  "mail",
  "userPrincipalName",
] satisfies (keyof GraphUser)[];

/** The users that a `$filter` leaves. Unlike Intune the directory refuses (400) what it cannot search, and joins properties by `or`. */
export function filteredUsers(users: readonly GraphUser[], filter: string | null): GraphUser[] {
  return filter ? users.filter(predicate(parseFilter(filter))) : [...users];
}

function predicate(filter: Filter): Predicate {
  if (filter.is === "other") throw unsupported("Unsupported Query.");
  if (filter.is === "comparison") return comparisonPredicate(filter.comparison);
  const [left, right] = [predicate(filter.left), predicate(filter.right)];
  return filter.is === "or" ? (user) => left(user) || right(user) : (user) => left(user) && right(user);
}

function comparisonPredicate({ property, operator, value }: Comparison): Predicate {
  const fits = operators.includes(operator) ? textTest(operator, value) : undefined;
  if (!fits || !searchable.includes(property)) {
    throw unsupported(
      `Unsupported or invalid query filter clause specified for property '${property}' of resource 'User'.`,
    );
  }
  return (user) => fits(String(user[property as keyof GraphUser] ?? ""));
}

export const unsupported = (message: string) => new Refusal(400, "Request_UnsupportedQuery", message);
