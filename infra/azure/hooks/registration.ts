import { readFileSync } from "node:fs";
import * as z from "zod";

const schema = z.object({
  appRoles: z.array(z.looseObject({ id: z.guid(), value: z.string() })),
  scopes: z.tuple([z.looseObject({ id: z.guid(), value: z.literal("access_as_user") })]),
  graph: z.object({
    appId: z.guid(),
    identityRoles: z.array(z.string()),
    teamsRole: z.string(),
    intuneRbacScope: z.string(),
  }),
});

/** What is registered in Entra; `entra.bicep` reads the same file. */
export const registration = schema.parse(
  JSON.parse(readFileSync(new URL("../entra/registration.json", import.meta.url), "utf8")),
);
