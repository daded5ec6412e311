import type { StandInAnswer, StandInRequest, StandInRoute } from "../stand-in.ts";
import { challenge } from "./challenge.ts";
import { checkName } from "./secret-input.ts";
import { badParameter, refusalAnswer, VaultRefusal } from "./vault-refusal.ts";

/** What a route needs: the parts of the request that matter, with the name checked. */
export type Asked = {
  origin: string;
  name: string;
  version: string | undefined;
  path: string;
  query: URLSearchParams;
  body: string;
};

export type Guarded = ReturnType<typeof guarded>;

/** Makes routes that first ask for a bearer and an `api-version`, and that answer refusals as the service does. */
export function guarded(authority: string) {
  return (method: string, path: string, answer: (asked: Asked) => StandInAnswer): StandInRoute => ({
    method,
    path,
    answer: (request: StandInRequest) => {
      const unauthorized = challenge(request, authority);
      if (unauthorized) return unauthorized;
      try {
        if (!request.query.get("api-version")) throw badParameter("api-version must be specified");
        const { params, query, body, headers } = request;
        const name = params.name === undefined ? "" : checkName(params.name);
        const origin = `https://${headers.host}`;
        return answer({ origin, name, version: params.version, path: request.path, query, body });
      } catch (error) {
        if (error instanceof VaultRefusal) return refusalAnswer(error);
        throw error;
      }
    },
  });
}

export function ok(json: unknown): StandInAnswer {
  return { status: 200, headers: { "cache-control": "no-cache" }, json };
}
