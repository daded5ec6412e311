import type { HttpHandler } from "@azure/functions";
import type { App } from "../lib/app.ts";
import { pageHandler } from "../lib/http/page-handler.ts";
import { noPortalFile, portalFile } from "../lib/http/portal-file.ts";
import { portalPage } from "../lib/http/portal-page.ts";

const ASSETS = "assets/";

/** GET /portal/{*path}: the portal's files, and its page for every other address. */
export const portal = (app: () => App): HttpHandler =>
  pageHandler(app, async (request, { portalFiles, portalConfig }) => {
    const built = await portalFiles();
    const { path = "" } = request.params;
    if (!path.startsWith(ASSETS)) return portalPage(request, built, portalConfig);
    const file = built.files.get(path.slice(ASSETS.length));
    return file ? portalFile(request, file) : noPortalFile();
  });
