import { createRequire } from "node:module";
import { expect, test } from "@jest/globals";

test("The storage emulator is loaded by Node, once for all test files of a worker, not anew by Jest for each", () => {
  const native = process.getBuiltinModule("node:module").createRequire(import.meta.url);
  const emulator = "azurite/dist/src/common/Logger";
  expect(native(emulator)).toBe(native(emulator));
  expect(native(emulator)).not.toBe(createRequire(import.meta.url)(emulator));
});
