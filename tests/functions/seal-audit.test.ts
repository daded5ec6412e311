import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { SealLine } from "../../lib/audit/seal.ts";
import { startTestApp, type TestApp } from "../app.ts";
import { connecting } from "../connect.ts";
import { requesting } from "../requesting.ts";
import { auditing, verify, workForADay } from "../sealed.ts";

let product: TestApp;
let agent: ReturnType<typeof requesting>;
let auditor: ReturnType<typeof auditing>;

beforeAll(async () => {
  product = await startTestApp();
  agent = requesting(product);
  auditor = auditing(product);
});

beforeEach(() => product.reset());

afterAll(() => product.stop());

test("a day's work is sealed whole", async () => {
  await workForADay(product, 6);
  const { isWhole, lines } = await auditor.verified();
  expect(isWhole).toBe(true);
});
