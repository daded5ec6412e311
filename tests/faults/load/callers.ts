import { randomUUID } from "node:crypto";
import type { Surroundings } from "../../../infra/local/surroundings.ts";

/** So many starts a minute stay below what one person (60) and one application (3,600) may ask for, retries included. */
const STARTS_A_MINUTE = { person: 30, application: 1_800 };

/** Tokens of as many agents and ticket systems as a rate needs so that none of them meets a limit of their own, in turn. */
export async function callersFor({ entra }: Surroundings, rate: number): Promise<(index: number) => string> {
  const halfAMinute = (rate * 60) / 2;
  const make = (name: string, count: number) =>
    Promise.all(Array.from({ length: count }, () => entra.tokenFor(name, { claims: { oid: randomUUID() } })));
  const people = await make("Bruno Agent", Math.ceil(halfAMinute / STARTS_A_MINUTE.person));
  const applications = await make("Ticket system", Math.ceil(halfAMinute / STARTS_A_MINUTE.application));
  return (index) => {
    const all = index % 2 === 0 ? people : applications;
    return all[(index >> 1) % all.length] ?? "";
  };
}
