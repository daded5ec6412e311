import { z } from "zod";
import type { StandInAnswer, StandInRoute } from "../stand-in.ts";
import type { OnBehalfOfSetup, Realm } from "./realm.ts";
import type { TokenOverrides } from "./token-for.ts";

const rotation = z.object({ removeOld: z.boolean().default(false) });

const tokenOrder = z.object({
  principal: z.string(),
  claims: z.record(z.string(), z.unknown()).default({}),
  header: z.record(z.string(), z.unknown()).default({}),
  expiresInSeconds: z.int().optional(),
});

const onBehalfOfSetup = z.object({
  isConsented: z.boolean().default(true),
  isFederated: z.boolean().default(true),
  acrs: z.string().optional(),
});

/** What the real Entra has no address for: a key roll-over at will, the demo sign-ins, tokens without a sign-in, what an administrator sets up. */
export function controlRoutes(
  realm: Realm,
  tokenFor: (principal: string, overrides: TokenOverrides) => Promise<string>,
  setUpOnBehalfOf: (setup: OnBehalfOfSetup) => void,
): StandInRoute[] {
  return [
    {
      method: "POST",
      path: "/_control/on-behalf-of",
      answer: ({ body }) =>
        checked(onBehalfOfSetup, body || "{}", async (setup) => {
          setUpOnBehalfOf(setup);
          return setup;
        }),
    },
    {
      method: "POST",
      path: "/_control/rotate",
      answer: ({ body }) => checked(rotation, body || "{}", async (asked) => ({ kid: await realm.keys.rotate(asked) })),
    },
    {
      method: "GET",
      path: "/_control/principals",
      answer: () => ({ status: 200, json: realm.principals.map(withoutSecret) }),
    },
    {
      method: "POST",
      path: "/_control/token",
      answer: ({ body }) =>
        checked(tokenOrder, body, async ({ principal, claims, header, expiresInSeconds }) => {
          const life = expiresInSeconds === undefined ? {} : { expiresInSeconds };
          return { access_token: await tokenFor(principal, { claims, header, ...life }) };
        }),
    },
  ];
}

async function checked<T>(
  schema: z.ZodType<T>,
  body: string,
  answer: (asked: T) => Promise<unknown>,
): Promise<StandInAnswer> {
  try {
    return { status: 200, json: await answer(schema.parse(JSON.parse(body))) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { status: 400, json: { error: { code: "BadRequest", message } } };
  }
}

function withoutSecret(principal: Realm["principals"][number]) {
  const { id, kind, name, roles } = principal;
  return principal.kind === "application"
    ? { id, kind, name, roles, clientId: principal.clientId }
    : { id, kind, name, roles };
}
