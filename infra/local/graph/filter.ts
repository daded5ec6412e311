import { type Comparison, type Filter, parseFilter } from "./filter-syntax.ts";
import type { GraphVersion, ManagedDevice } from "./managed-device.ts";
import { textTest } from "./text-test.ts";

type Predicate = (device: ManagedDevice) => boolean;

/**
 * What Intune honours, by property: the comments in the Graph metadata ("Supports $filter operator …") and what is seen to work.
 * Everything else it drops without a word: github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/2416 and 235.
 */
const honoured: Record<string, { operators: readonly string[]; or?: "all" | "first"; version?: GraphVersion }> = {
  deviceName: { operators: ["eq", "contains", "startswith"] },
  operatingSystem: { operators: ["eq"] },
  userPrincipalName: { operators: ["eq"] },
  serialNumber: { operators: ["eq"] },
  // Several of them with `or` find the first only: github.com/microsoftgraph/msgraph-beta-sdk-dotnet/issues/1156.
  azureADDeviceId: { operators: ["eq"], or: "first" },
  complianceState: { operators: ["eq"], or: "all" },
  managementState: { operators: ["eq"], or: "all" },
  managementAgent: { operators: ["eq"], or: "all" },
  deviceCategoryDisplayName: { operators: ["eq"], or: "all" },
  jailBroken: { operators: ["eq"], or: "all" },
  deviceType: { operators: ["eq"], or: "all", version: "beta" },
  ownerType: { operators: ["eq"], or: "all", version: "beta" },
  lastSyncDateTime: { operators: ["lt", "gt"] },
  enrolledDateTime: { operators: ["lt", "gt"] },
};

/**
 * The devices that a `$filter` leaves. One part that Intune does not honour, and the whole filter counts for nothing:
 * the answer is **all** devices, with 200. What is no OData at all is refused (400). Text compares without regard to case.
 */
export function filtered(devices: readonly ManagedDevice[], filter: string | null, version: GraphVersion) {
  if (!filter) return [...devices];
  const matches = predicate(parseFilter(filter), version);
  return matches ? devices.filter(matches) : [...devices];
}

function predicate(filter: Filter, version: GraphVersion): Predicate | undefined {
  if (filter.is === "other") return undefined;
  if (filter.is === "comparison") return comparisonPredicate(filter.comparison, version);
  if (filter.is === "or") return eitherPredicate(filter, version);
  const left = predicate(filter.left, version);
  const right = predicate(filter.right, version);
  return left && right && ((device) => left(device) && right(device));
}

function eitherPredicate(filter: Filter, version: GraphVersion): Predicate | undefined {
  const comparisons = alternatives(filter);
  const [first] = comparisons;
  if (!first || comparisons.some(({ property, operator }) => property !== first.property || operator !== "eq")) {
    return undefined;
  }
  const rule = honoured[first.property]?.or;
  if (!rule) return undefined;
  const predicates = comparisons.map((comparison) => comparisonPredicate(comparison, version));
  if (predicates.includes(undefined)) return undefined;
  return rule === "first" ? predicates[0] : (device) => predicates.some((matches) => matches?.(device));
}

/** The comparisons that an `or` joins, or none when it joins anything else. */
function alternatives(filter: Filter): Comparison[] {
  if (filter.is === "comparison") return [filter.comparison];
  if (filter.is !== "or") return [];
  const [left, right] = [alternatives(filter.left), alternatives(filter.right)];
  return left.length > 0 && right.length > 0 ? [...left, ...right] : [];
}

function comparisonPredicate({ property, operator, value }: Comparison, version: GraphVersion): Predicate | undefined {
  const rule = Object.hasOwn(honoured, property) ? honoured[property] : undefined;
  if (!rule?.operators.includes(operator)) return undefined;
  if (rule.version && rule.version !== version) return undefined;
  // `userPrincipalName eq ''` returns every device: github.com/microsoftgraph/microsoft-graph-docs/issues/20196.
  if (value === "") return undefined;
  if (operator === "lt" || operator === "gt") return datePredicate(property, operator, Date.parse(value));

  const fits = textTest(operator, value);
  return fits && ((device) => fits(textOf(device, property)));
}

function datePredicate(property: string, operator: "lt" | "gt", limitMs: number): Predicate | undefined {
  if (Number.isNaN(limitMs)) return undefined;
  return (device) => {
    const atMs = Date.parse(textOf(device, property));
    return operator === "lt" ? atMs < limitMs : atMs > limitMs;
  };
}

function textOf(device: ManagedDevice, property: string): string {
  return String(device[property as keyof ManagedDevice] ?? "");
}
