import { readFile } from "node:fs/promises";
import * as z from "zod";
import { AppError } from "../errors.ts";

const list = z.object({
  script: z.string(),
  style: z.string(),
  files: z.array(
    z.object({ name: z.string().regex(/^[\w-]+\.[\w.-]+$/), contentType: z.string(), hash: z.string().min(1) }),
  ),
});

/** Beside the bundle, where a deployment has them; or, for the sources, where `npm run build` puts them. */
const places = [new URL("./portal/", import.meta.url), new URL("../../dist/portal/", import.meta.url)];

/** The portal as it was built: every file by its name, in memory, and which of them the page names. Read once, when first needed. */
export function makePortalFiles(directories: readonly URL[] = places) {
  let reading: ReturnType<typeof read> | undefined;
  return () => {
    reading ??= read(directories).catch((error: unknown) => {
      reading = undefined;
      throw error;
    });
    return reading;
  };
}

async function read(directories: readonly URL[]) {
  const { directory, text } = await firstList(directories);
  const { script, style, files } = list.parse(JSON.parse(text));
  const contents = (name: string) => readFile(new URL(`assets/${name}`, directory));
  const entries = files.map(async ({ name, contentType, hash }) => {
    const [plain, br, gzip] = await Promise.all([contents(name), contents(`${name}.br`), contents(`${name}.gz`)]);
    return [name, { contentType, hash, plain, br, gzip }] as const;
  });
  return { script, style, files: new Map(await Promise.all(entries)) };
}

async function firstList(directories: readonly URL[]): Promise<{ directory: URL; text: string }> {
  for (const directory of directories) {
    const text = await readFile(new URL("files.json", directory), "utf8").catch(absent);
    if (text !== undefined) return { directory, text };
  }
  throw new AppError("internal-error", "The portal was not built. Run npm run build and deploy all of dist/.");
}

function absent(error: unknown): undefined {
  if ((error as { code?: unknown }).code !== "ENOENT") throw error;
}
