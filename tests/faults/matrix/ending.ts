import { httpRoutes, timers } from "../../../functions/routes.ts";
import { isAppError } from "../../../lib/errors.ts";
import { problems } from "../../../lib/http/problem.ts";
import type { Answer, AppProcess } from "../../app.ts";
import type { Act } from "../crash/mortal.ts";

/** How an invocation ended, in short, and whether anybody may see it end so. */
export type Ending = { text: string; isDeclared: boolean };

/** Lets a process do what the trigger of one function brings. */
export async function endingOf(process: AppProcess, act: Act): Promise<Ending> {
  const route = httpRoutes.find(({ name }) => name === act.function);
  if (route && act.url) return answered(await process.request(route.method, act.url, asking(act)));
  try {
    const isTimer = timers.some(({ name }) => name === act.function);
    await (isTimer ? process.runTimer(act.function) : process.deliver(act.function, act.message));
    return { text: "done", isDeclared: true };
  } catch (error) {
    // What a timer or a queue function throws is seen by the host alone: a bug is called internal-error there.
    const code = isAppError(error) ? error.code : "a bug";
    return { text: `failed ${code}`, isDeclared: code !== "a bug" && code !== "internal-error" };
  }
}

const asking = ({ headers = {}, body }: Act) => ({ headers, ...(body === undefined ? {} : { body }) });

/** A success, a page, or a problem that the product declares; 503 says when to come again, and nothing is a 500. */
function answered({ status, headers, text }: Answer): Ending {
  if (status < 400) return { text: String(status), isDeclared: true };
  const isPage = headers.get("content-type")?.startsWith("text/html") === true;
  const code = isPage ? "page" : codeOf(text);
  const isKnown = isPage || Object.entries(problems).some(([name, each]) => name === code && each.status === status);
  const saysWhen = status !== 503 || headers.has("retry-after");
  return { text: `${status} ${code}`, isDeclared: isKnown && saysWhen && status !== 500 };
}

function codeOf(text: string): string {
  try {
    return String((JSON.parse(text) as { code?: unknown }).code);
  } catch {
    return "no problem";
  }
}
