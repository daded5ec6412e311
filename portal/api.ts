import { Problem, problemOfAnswer } from "./problem.ts";
import type { SignedIn } from "./signed-in.ts";

export type List<T> = { value: T[]; nextPage?: string };

type Asking = {
  method?: string;
  body?: unknown;
  idempotencyKey?: string | undefined;
  signal?: AbortSignal | undefined;
};

const TIMEOUT_MS = 60_000;

/** The connector's API, called in the name of whoever signed in. Every failure is thrown as a Problem. */
export type Api = ReturnType<typeof makeApi>;

export function makeApi(
  { accessToken, renew }: Pick<SignedIn, "accessToken" | "renew">,
  onClaims: (claims: string) => void,
) {
  async function send(path: string, asking: Asking, token: string): Promise<Response> {
    const { method = "GET", body, idempotencyKey, signal } = asking;
    try {
      return await fetch(path, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          accept: "application/json",
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
        },
        body: body === undefined ? null : JSON.stringify(body),
        redirect: "error",
        signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(signal ? [signal] : [])]),
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new Problem("offline", "");
    }
  }

  async function answerOf(path: string, asking: Asking = {}): Promise<Response> {
    let response = await send(path, asking, await accessToken());
    if (response.status === 401) {
      const claims = claimsIn(response.headers.get("www-authenticate"));
      if (claims) {
        onClaims(claims);
        throw new Problem("signed-out", "");
      }
      response = await send(path, asking, await renew());
    }
    if (response.status === 401) throw new Problem("signed-out", "");
    if (!response.ok) throw await problemOfAnswer(response);
    return response;
  }

  return {
    async call<T>(path: string, asking?: Asking): Promise<T> {
      const response = await answerOf(path, asking);
      const isEmpty = response.status === 204 || response.headers.get("content-length") === "0";
      return (isEmpty ? undefined : await response.json()) as T;
    },
    /** All parts of a download, one after another (RFC 8288, `rel="next"`). */
    async download(path: string): Promise<Blob> {
      const parts: Blob[] = [];
      for (let next: string | undefined = path; next; ) {
        const response: Response = await answerOf(next);
        parts.push(await response.blob());
        const query = /<(\?[^>]*)>; rel="next"/.exec(response.headers.get("link") ?? "")?.[1];
        next = query && path.replace(/\?.*/, query);
      }
      return new Blob(parts);
    },
  };
}

/** A claims challenge (learn.microsoft.com/entra/identity-platform/claims-challenge): base64 of what Entra has to be asked for. */
export function claimsIn(challenge: string | null): string | undefined {
  const encoded = /\bclaims="([A-Za-z0-9+/=]+)"/.exec(challenge ?? "")?.[1];
  return encoded && atob(encoded);
}

/** A path with those of `query` that say something. */
export function pathWith(path: string, query: Record<string, string | undefined>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return given.length > 0 ? `${path}?${new URLSearchParams(given)}` : path;
}
