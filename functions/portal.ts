import type { HttpHandler } from "@azure/functions";
import * as z from "zod";
import type { App } from "../lib/app.ts";
import { aPage, type OpenOperation } from "../lib/http/openapi/open-operation.ts";
import { pageHandler } from "../lib/http/page-handler.ts";
import { noPortalFile, portalFile } from "../lib/http/portal-file.ts";
import { portalPage } from "../lib/http/portal-page.ts";

const ASSETS = "assets/";

const media = Object.fromEntries(["text/html", "text/javascript", "text/css"].map((type) => [type, z.string()]));

export const portalOperation: OpenOperation = {
  summary: "The portal",
  description: "For agents, administrators and auditors; the page signs in by itself.",
  params: z.object({ path: z.string().describe("`assets/` and a file's name; any other is an address of the page") }),
  headers: {
    "If-None-Match": { description: "What the browser has already" },
    "Accept-Encoding": { description: "br or gzip" },
  },
  answers: {
    200: { description: "The page, or one of its files", media, headers: ["ETag", "Content-Encoding"] },
    304: { description: "The browser has it already", headers: ["ETag"] },
    404: { description: "No such file", media: { "text/plain": z.string() } },
    500: aPage("The portal was not built"),
  },
};

/** GET /portal/{*path}: the portal's files, and its page for every other address. */
export const portal = (app: () => App): HttpHandler =>
  pageHandler(app, async (request, { portalFiles, portalConfig }) => {
    const built = await portalFiles();
    const { path = "" } = request.params;
    if (!path.startsWith(ASSETS)) return portalPage(request, built, portalConfig);
    const file = built.files.get(path.slice(ASSETS.length));
    return file ? portalFile(request, file) : noPortalFile();
  });
