import type * as z from "zod";
import { type Outbound, type OutboundAnswer, OutboundError } from "../outbound.ts";
import { jsonOf, refusalOf, TeamViewerError, transportError } from "./refusal.ts";

export type TeamViewerApi = { apiUrl: string; outbound: Outbound };

type Call<T> = {
  accessToken: string;
  method?: string;
  path: string;
  body?: unknown;
  schema: z.ZodType<T>;
};

const TIMEOUT_MS = 10_000;

/** One call of the TeamViewer Web API (https://webapi.teamviewer.com/api/v1/docs), its answer checked. Throws TeamViewerError. */
export async function callApi<T>(
  { apiUrl, outbound }: TeamViewerApi,
  { accessToken, method = "GET", path, body, schema }: Call<T>,
): Promise<T> {
  const answer = await send();
  if (answer.status >= 200 && answer.status < 300) return understood(answer, schema);
  throw refusalOf(answer);

  async function send() {
    try {
      return await outbound(`${apiUrl}/api/v1${path}`, {
        method,
        headers: {
          accept: "application/json",
          authorization: `Bearer ${accessToken}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        timeoutMs: TIMEOUT_MS,
      });
    } catch (error) {
      throw error instanceof OutboundError ? transportError(error) : error;
    }
  }
}

function understood<T>(answer: OutboundAnswer, schema: z.ZodType<T>): T {
  // Text that is no JSON stays text: no schema takes it.
  const parsed = schema.safeParse(answer.text === "" ? undefined : (jsonOf(answer.text) ?? answer.text));
  if (parsed.success) return parsed.data;
  throw new TeamViewerError("upstream-invalid", "TeamViewer gave an answer that cannot be used.", {
    isAmbiguous: true,
  });
}
