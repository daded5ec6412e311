import type * as z from "zod";
import type { Access } from "../../connector/access.ts";
import { callApi, type TeamViewerApi } from "./api.ts";
import { TeamViewerError } from "./refusal.ts";

/** After a 401: fresh access, or the error that says why there is none. */
type Renew = (access: Access) => Promise<Access>;

type Request<T> = { method?: string; path: string; body?: unknown; schema: z.ZodType<T> };

export type CallWithAccess = <T>(access: Access, request: Request<T>) => Promise<T>;

/** Calls, and once more with a fresh token when TeamViewer refuses this one: a refused call did nothing. */
export function makeCallWithAccess(api: TeamViewerApi, renew: Renew): CallWithAccess {
  return async (access, request) => {
    try {
      return await callApi(api, { accessToken: access.accessToken, ...request });
    } catch (error) {
      if (!(error instanceof TeamViewerError) || !error.isTokenRefused) throw error;
      const { accessToken } = await renew(access);
      return callApi(api, { accessToken, ...request });
    }
  };
}
