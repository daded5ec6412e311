import { readFileSync } from "node:fs";
import * as z from "zod";
import { type BicepFile, stringsOf, variableOf } from "./bicep-file.ts";
import { literalOf, propertiesOf } from "./syntax.ts";

const table = z.object({ roles: z.record(z.string(), z.guid()) });
/** Azure's built-in roles by name. */
export const builtInRoles = table.parse(
  JSON.parse(readFileSync(new URL("built-in-roles.json", import.meta.url), "utf8")),
).roles;

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Ids in the variable `roles` that are not the role of that name, and ids that stand anywhere else. */
export function roleProblems(file: BicepFile): string[] {
  const roles = variableOf(file, "roles");
  const named = roles ? propertiesOf(roles).map(({ key, value }) => ({ key, id: literalOf(value) ?? "" })) : [];
  const wrong = named.filter(({ key, id }) => {
    const name = key.replace(/[A-Z]/g, (letter) => ` ${letter}`).replace(/^./, (letter) => letter.toUpperCase());
    return builtInRoles[name] !== id;
  });
  const unnamed = stringsOf(file).filter((text) => GUID.test(text) && !named.some(({ id }) => id === text));
  return [
    ...wrong.map(({ key, id }) => `${file.path}: ${key} is not ${id}`),
    ...unnamed.map((text) => `${file.path}: nobody knows what ${text} is`),
  ];
}
