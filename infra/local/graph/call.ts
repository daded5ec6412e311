import { randomUUID } from "node:crypto";
import type { StandInAnswer, StandInRequest, StandInRoute } from "../stand-in.ts";
import { bearerClaims, type Claims } from "./bearer.ts";
import type { GraphVersion } from "./managed-device.ts";
import type { missingPermissions } from "./permissions.ts";
import { Refusal, refusalAnswer } from "./refusal.ts";

/** A request that Graph let in. */
export type GraphCall = StandInRequest & { version: GraphVersion; origin: string; claims: Claims };

export type GraphRoute = {
  method: string;
  path: string;
  versions?: readonly GraphVersion[];
  answer: (call: GraphCall) => StandInAnswer;
};

type Gate = { now: () => Date; permissions: ReturnType<typeof missingPermissions> };

/** Puts before every route what all of Graph has: a version, a valid token, permissions, request ids, errors in Graph's shape. */
export function behindGraph(routes: readonly GraphRoute[], { now, permissions }: Gate): StandInRoute[] {
  const versions: readonly GraphVersion[] = ["v1.0", "beta"];
  return routes.flatMap((route) =>
    (route.versions ?? versions).map((version) => ({
      method: route.method,
      path: `/${version}${route.path}`,
      answer: (request: StandInRequest) =>
        withIds(request, () => {
          const claims = bearerClaims(request.headers.authorization, now());
          permissions.check(request);
          return route.answer({ ...request, version, origin: `http://${request.headers.host}`, claims });
        }),
    })),
  );
}

/** What Graph answers where it has nothing. */
export function noSuchSegment(request: StandInRequest): StandInAnswer {
  return withIds(request, () => {
    const [, version = "", ...segments] = request.path.split("/");
    if (!/^(v1\.0|beta)$/i.test(version)) throw new Refusal(404, "ResourceNotFound", `Invalid version: ${version}`);
    throw new Refusal(404, "BadRequest", `Resource not found for the segment '${segments.at(-1)}'.`);
  });
}

function withIds(request: StandInRequest, answer: () => StandInAnswer): StandInAnswer {
  const requestId = randomUUID();
  const given = request.headers["client-request-id"];
  const clientRequestId = typeof given === "string" ? given : requestId;
  const ids = { "request-id": requestId, "client-request-id": clientRequestId };
  const answered = answerOrRefusal(answer, { requestId, clientRequestId, path: request.path });
  return { ...answered, headers: { ...answered.headers, ...ids } };
}

function answerOrRefusal(answer: () => StandInAnswer, ids: Parameters<typeof refusalAnswer>[1]): StandInAnswer {
  try {
    return answer();
  } catch (error) {
    if (error instanceof Refusal) return refusalAnswer(error, ids);
    throw error;
  }
}
