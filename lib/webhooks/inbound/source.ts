import * as z from "zod";
import type { Principal } from "../../access/principal.ts";
import { mappingSchema } from "./mapping.ts";

/**
 * What a source may do. `any-session`: close and give tickets to sessions of others, too. `supporter-link`: the answer to a
 * request holds the supporter link, which is a key to the session.
 */
export const sourceRights = ["request", "close", "ticket", "any-session", "supporter-link"] as const;
export type SourceRight = (typeof sourceRights)[number];

const shared = {
  id: z.string(),
  /** Stands in the address that the source posts to. */
  name: z.string(),
  description: z.string().optional(),
  rights: z.array(z.enum(sourceRights)),
  mapping: mappingSchema.optional(),
  paused: z.boolean(),
  createdBy: z.string(),
  createdAt: z.iso.datetime(),
  /** Until then messages that are signed by the secret before the last rotation are taken, too. */
  previousSecretUntil: z.iso.datetime().optional(),
};

/** A system that sends messages to us, as it is stored. `isDeleted`: hidden; its secrets and what it sent are still to be removed. */
export const sourceSchema = z.object({
  ...shared,
  isDeleted: z.boolean().optional(),
  secretName: z.string(),
  /** Secrets out of use, deleted once `after` is over: until then another process may verify by them. */
  retiredSecrets: z.array(z.object({ name: z.string(), after: z.iso.datetime() })),
});
export type Source = z.infer<typeof sourceSchema>;

/** A source as administrators see it, without its secret. */
export const sourceViewSchema = z.strictObject(shared).meta({ id: "InboundSource" });
export type SourceView = z.infer<typeof sourceViewSchema>;

/** The same once, when its secret is made. */
export const sourceWithSecretSchema = sourceViewSchema
  .extend({ secret: z.string() })
  .meta({ id: "InboundSourceWithSecret" });

const NAME = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/** What administrators say of a source. */
export const newSourceSchema = z.strictObject({
  name: z.string().regex(NAME, "must be 1 to 40 small letters, digits and dashes, with no dash at either end"),
  description: z.string().trim().max(200).optional(),
  rights: z.array(z.enum(sourceRights)).min(1).max(sourceRights.length),
  mapping: mappingSchema.optional(),
  paused: z.boolean().optional(),
});
export type NewSource = z.infer<typeof newSourceSchema>;

/** What may be changed of it; what is left out stays, and `mapping: null` takes the mapping away. Its name stands in senders' settings and stays. */
export const sourceChangeSchema = newSourceSchema
  .omit({ name: true })
  .partial()
  .extend({ mapping: mappingSchema.nullable().optional() });
export type SourceChange = z.infer<typeof sourceChangeSchema>;

export const MAX_SOURCES = 50;

/** Who acts when a message of the source is done: an application of the source's own id, which has no role. */
export const principalOf = ({ id }: Pick<Source, "id">): Principal => ({
  id,
  kind: "application",
  clientId: "inbound",
  roles: [],
});

/** The source as administrators see it, field by field. */
export function viewOfSource(source: Source): SourceView {
  const { id, name, description, rights, mapping, paused, createdBy, createdAt, previousSecretUntil } = source;
  return {
    id,
    name,
    ...(description ? { description } : {}),
    rights,
    ...(mapping ? { mapping } : {}),
    paused,
    createdBy,
    createdAt,
    ...(previousSecretUntil ? { previousSecretUntil } : {}),
  };
}
