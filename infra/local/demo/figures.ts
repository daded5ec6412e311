import type { Addresses } from "../addresses.ts";
export async function printFigures(_addresses: Addresses): Promise<string> {
  return "";
}
