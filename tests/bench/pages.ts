import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startProduct } from "../../infra/local/product.ts";
import { measureDeviceSearch } from "./device-search.ts";
import type { Figure } from "./figure.ts";
import { measureFirstLoad, measureFirstScreens } from "./first-load.ts";

/** The pages: what a first visit carries, how soon it can be used, how fast devices are found. */
export async function measurePages(): Promise<Figure[]> {
  const dataDirectory = mkdtempSync(join(tmpdir(), "bench-"));
  const product = await startProduct({ port: 0, dataDirectory, isInMemory: true, onOutput: () => {} });
  try {
    return [
      ...(await measureFirstLoad(product)),
      ...(await measureFirstScreens(product)),
      ...(await measureDeviceSearch(product)),
    ];
  } finally {
    await product.stop();
    rmSync(dataDirectory, { recursive: true, force: true });
  }
}
