import { HttpRequest, InvocationContext } from "@azure/functions";

type Asking = {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  params?: Record<string, string>;
  body?: string | Uint8Array;
};

/** A request as the Functions library hands it to a function. */
export function aRequest({ method = "GET", path = "/", headers = {}, params = {}, body }: Asking = {}): HttpRequest {
  return new HttpRequest({
    method,
    url: `https://help.example${path}`,
    headers,
    params,
    ...(body === undefined ? {} : { body: typeof body === "string" ? { string: body } : { bytes: body } }),
  });
}

/** A JSON body on its way in. */
export const aJsonRequest = (body: string | Uint8Array, contentType = "application/json") =>
  aRequest({ method: "POST", headers: { "content-type": contentType }, body });

/** An invocation whose log lines are kept. */
export function anInvocation() {
  const lines: { level: string; text: string }[] = [];
  const context = new InvocationContext({
    functionName: "under-test",
    invocationId: "call-1",
    logHandler: (level, ...args) => {
      lines.push({ level, text: args.join(" ") });
    },
  });
  return { context, lines };
}
