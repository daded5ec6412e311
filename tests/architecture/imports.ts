import { posix } from "node:path";
import type { Import, SourceFile } from "./source-file.ts";

/** A subject imports itself and the subjects left of it. */
export const subjects = ["access", "audit", "devices", "connector", "notifications", "sessions", "webhooks"] as const;

type Layer =
  | "main"
  | "functions"
  | "app"
  | "settings"
  | "errors"
  | "adapters"
  | "http"
  | "infra"
  | "portal"
  | (typeof subjects)[number];

/** The layer of a file of the product; undefined when its place is not in the picture. */
export function layerOf(path: string): Layer | undefined {
  if (path === "functions/main.ts") return "main";
  if (/^functions\/[^/]+$/.test(path)) return "functions";
  if (path.startsWith("infra/")) return "infra";
  if (path.startsWith("portal/")) return "portal";
  if (/^lib\/setting-[a-z]+\.ts$/.test(path)) return "settings";
  const single = /^lib\/(app|settings|errors)\.ts$/.exec(path)?.[1];
  if (single) return single as Layer;
  const folder = /^lib\/([^/]+)\//.exec(path)?.[1];
  return folder === "adapters" || folder === "http" ? folder : subjects.find((subject) => subject === folder);
}

/** Where an import leads, inside the checkout; undefined for a package. */
export function targetOf(file: Pick<SourceFile, "path">, { from }: Pick<Import, "from">): string | undefined {
  return from.startsWith(".") ? posix.join(posix.dirname(file.path), from) : undefined;
}

/** One line for each import that goes against the arrows. */
export function wrongArrows(file: SourceFile): string[] {
  const layer = layerOf(file.path);
  if (!layer) return [`${file.path} has no place in the picture`];
  return file.imports.flatMap((each) => {
    const target = targetOf(file, each);
    if (file.path === CHECKING.path && target === CHECKING.target) return [];
    const reason = target === undefined ? packageProblem(layer, each) : arrowProblem(layer, target, each);
    return reason ? [`${file.path} -> ${each.from}: ${reason}`] : [];
  });
}

function arrowProblem(from: Layer, target: string, { names, isTypeOnly }: Import): string | undefined {
  const to = layerOf(target);
  if (!to) return from === "infra" ? undefined : "leads out of the product";
  if (to === from) return undefined;
  if (to === "portal") return "only browsers and tests know the portal";
  if (from === "portal")
    return isTypeOnly && isKnownToPortal(to) ? undefined : "the portal takes types of subjects only";
  if (from === "infra") return isTypeOnly ? undefined : "infra takes types only";
  if (to === "infra") return "the product does not know infra";
  if (from === "errors" || from === "settings") return "imports nothing of the product";
  if (from === "main") return ["functions", "app", "settings"].includes(to) ? undefined : "the entry point only starts";
  if (to === "main" || to === "functions") return from === "functions" ? undefined : "lib does not know functions";
  if (from === "app" || to === "errors") return undefined;
  const position = subjects.indexOf(to as (typeof subjects)[number]);
  if (from === "functions") {
    if (to === "app") return isTypeOnly ? undefined : "functions take the app's type only";
    return to === "http" || position >= 0 ? undefined : "functions know subjects and lib/http only";
  }
  if (from === "adapters" && to === "settings") return undefined;
  if (position < 0) return "against the arrows";
  if (from === "adapters" || from === "http") {
    return names.some((name) => /^make[A-Z]|^\*$/.test(name)) && !isTypeOnly ? "takes no use case" : undefined;
  }
  return position < subjects.indexOf(from) ? undefined : "a subject imports subjects left of it only";
}

const isKnownToPortal = (to: Layer) => to === "errors" || subjects.some((subject) => subject === to);

/** What runs in browsers besides the portal's own code; the build makes the tokens. */
const PORTAL_PACKAGES = /^(preact|lean-qr|oauth4webapi)(\/|$)|^fluent-tokens\.css$/;

/** What of node:crypto is a pure function. */
const PURE_CRYPTO = ["createHash", "createHmac", "createPublicKey", "timingSafeEqual", "verify"];

/** Whoever checks an audit runs the same rules that sealed it. */
const CHECKING = { path: "infra/audit-verify.ts", target: "lib/audit/verify.ts" };

function packageProblem(from: Layer, { from: name, names, isTypeOnly }: Import): string | undefined {
  if (from === "portal") return PORTAL_PACKAGES.test(name) ? undefined : "no package of the portal";
  if (name === "@azure/functions-core") return from === "infra" ? undefined : "only the Functions worker has it";
  if (name === "@azure/functions") {
    const mayRun = from === "main" || from === "infra";
    if (mayRun || ((from === "functions" || from === "http") && isTypeOnly)) return undefined;
    return "only the entry point runs the Functions library; functions and lib/http take its types";
  }
  const isFree = from === "infra" || from === "adapters" || from === "app";
  if (isFree || name === "zod") return from === "errors" ? "errors need nothing" : undefined;
  const isPure = name === "node:crypto" && names.every((each) => PURE_CRYPTO.includes(each));
  if (isPure && from !== "functions" && from !== "errors") return undefined;
  return "an SDK or a side effect belongs into an adapter";
}

/** The circles among `files`, each as its path; type imports count. */
export function circlesOf(files: readonly SourceFile[]): string[] {
  const targets = new Map(
    files.map((file) => [file.path, file.imports.flatMap((each) => targetOf(file, each) ?? [])] as const),
  );
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (path: string, way: readonly string[]) => {
    const seenAt = way.indexOf(path);
    if (seenAt >= 0) return void circles.push([...way.slice(seenAt), path].join(" -> "));
    if (done.has(path)) return;
    for (const target of targets.get(path) ?? []) visit(target, [...way, path]);
    done.add(path);
  };
  for (const { path } of files) visit(path, []);
  return circles;
}
