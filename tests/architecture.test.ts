import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { circlesOf, wrongArrows } from "./architecture/imports.ts";
import { type SourceFile, sourceFileOf } from "./architecture/source-file.ts";
import { impurities, meaninglessNames, unfinished } from "./architecture/wording.ts";

const root = join(import.meta.dirname, "..");
const own = "tests/architecture.test.ts";
const paths = globSync(["{functions,lib,infra,tests}/**/*.ts", "portal/**/*.{ts,tsx}"], { cwd: root })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => path !== own && !path.startsWith("tests/architecture/"))
  .sort();
const files = paths.map((path) => sourceFileOf(path, readFileSync(join(root, path), "utf8")));
const product = files.filter(({ path }) => /^(functions|lib)\//.test(path));
const infra = files.filter(({ path }) => path.startsWith("infra/"));
const portal = files.filter(({ path }) => path.startsWith("portal/"));

const badImport = (path: string, statement: string) => wrongArrows(sourceFileOf(path, statement));

test("the whole checkout is looked at", () => {
  expect(product.length).toBeGreaterThan(80);
  expect(infra.length).toBeGreaterThan(60);
  expect(product.flatMap(({ imports }) => imports).length).toBeGreaterThan(300);
});

describe("The arrows", () => {
  test("every import of functions, lib, infra and portal goes the way the picture says", () => {
    expect([...product, ...infra, ...portal].flatMap(wrongArrows)).toEqual([]);
  });

  test("nothing goes round in a circle", () => {
    expect(circlesOf(files)).toEqual([]);
  });

  test.each([
    ["a function that reaches an adapter", "functions/notify.ts", 'import { x } from "../lib/adapters/outbound.ts";'],
    ["a function that builds the app", "functions/notify.ts", 'import { createApp } from "../lib/app.ts";'],
    ["a function that reads settings", "functions/notify.ts", 'import { readSettings } from "../lib/settings.ts";'],
    ["a function that runs the library", "functions/notify.ts", 'import { app } from "@azure/functions";'],
    ["a function that uses an SDK", "functions/notify.ts", 'import { TableClient } from "@azure/data-tables";'],
    ["an entry point that does work", "functions/main.ts", 'import { followed } from "../lib/sessions/followed.ts";'],
    [
      "a subject that knows one to its right",
      "lib/devices/device.ts",
      'import type { S } from "../sessions/session.ts";',
    ],
    ["a subject that knows its neighbour to the right", "lib/access/principal.ts", 'import "../audit/entry.ts";'],
    ["a subject that knows HTTP", "lib/sessions/read.ts", 'import type { P } from "../http/problem.ts";'],
    ["a subject that knows an adapter", "lib/sessions/read.ts", 'import type { T } from "../adapters/azure/table.ts";'],
    ["a subject that knows the app", "lib/sessions/read.ts", 'import type { App } from "../app.ts";'],
    ["a subject that knows the settings", "lib/sessions/read.ts", 'import type { Settings } from "../settings.ts";'],
    ["a subject that knows a function", "lib/sessions/read.ts", 'import { x } from "../../functions/session.ts";'],
    [
      "a subject that uses an SDK",
      "lib/sessions/read.ts",
      'import { Client } from "@microsoft/microsoft-graph-client";',
    ],
    [
      "a subject that takes even the type of an SDK",
      "lib/audit/ports.ts",
      'import type { T } from "@azure/data-tables";',
    ],
    ["a subject that makes up ids", "lib/sessions/id.ts", 'import { createHash, randomUUID } from "node:crypto";'],
    ["a subject that reads files", "lib/sessions/id.ts", 'import { readFileSync } from "node:fs";'],
    ["a subject that loads something later", "lib/sessions/id.ts", 'const x = await import("../http/page.ts");'],
    ["a subject that hands something on", "lib/devices/device.ts", 'export { problemOf } from "../http/problem.ts";'],
    [
      "an adapter that takes a use case",
      "lib/adapters/checks.ts",
      'import { makeHealth } from "../connector/health.ts";',
    ],
    [
      "an adapter that takes all of a subject",
      "lib/adapters/checks.ts",
      'import * as h from "../connector/health.ts";',
    ],
    ["an adapter that knows HTTP", "lib/adapters/checks.ts", 'import { html } from "../http/page.ts";'],
    ["an adapter that knows the app", "lib/adapters/checks.ts", 'import type { App } from "../app.ts";'],
    ["lib/http that reaches an adapter", "lib/http/page.ts", 'import type { O } from "../adapters/outbound.ts";'],
    ["lib/http that takes a use case", "lib/http/page.ts", 'import { makeAudit } from "../audit/record.ts";'],
    ["lib/http that runs the library", "lib/http/page.ts", 'import { app } from "@azure/functions";'],
    ["lib/http that reads settings", "lib/http/page.ts", 'import type { S } from "../settings.ts";'],
    ["an app that knows functions", "lib/app.ts", 'import { routes } from "../functions/routes.ts";'],
    ["a product that knows infra", "lib/app.ts", 'import { TENANT_ID } from "../infra/local/principals.ts";'],
    ["a product that knows its tests", "lib/app.ts", 'import { x } from "../tests/faults/clock.ts";'],
    ["settings that know something", "lib/settings.ts", 'import { AppError } from "./errors.ts";'],
    ["errors that need a package", "lib/errors.ts", 'import * as z from "zod";'],
    [
      "infra that runs the product's code",
      "infra/local/demo/job.ts",
      'import { f } from "../../../lib/audit/entry.ts";',
    ],
    ["a function that knows the portal", "functions/portal.ts", 'import { x } from "../portal/place.ts";'],
    [
      "lib/http that takes a type of the portal",
      "lib/http/page.ts",
      'import type { C } from "../../portal/config.ts";',
    ],
    ["infra that knows the portal", "infra/build.ts", 'import type { C } from "../portal/config.ts";'],
    [
      "a portal that carries a subject's code",
      "portal/main.tsx",
      'import { isFinal } from "../lib/sessions/session.ts";',
    ],
    ["a portal that knows lib/http", "portal/main.tsx", 'import type { P } from "../lib/http/problem.ts";'],
    ["a portal that knows the app", "portal/main.tsx", 'import type { App } from "../lib/app.ts";'],
    ["a portal that knows a function", "portal/main.tsx", 'import type { x } from "../functions/portal.ts";'],
    ["a portal that needs Node", "portal/main.tsx", 'import { readFileSync } from "node:fs";'],
    ["a portal that brings one more framework", "portal/main.tsx", 'import { useState } from "react";'],
    ["a folder that is not in the picture", "lib/managers/session.ts", "export const x = 1;"],
  ])("%s is found", (_title, path, statement) => {
    expect(badImport(path, statement)).toHaveLength(1);
  });

  test.each([
    ["a subject to its left", "lib/sessions/read.ts", 'import { roles } from "../access/principal.ts";'],
    ["its own subject", "lib/sessions/read.ts", 'import { isFinal } from "./session.ts";'],
    ["hashes", "lib/sessions/id.ts", 'import { createHash } from "node:crypto";'],
    ["the app's type", "functions/notify.ts", 'import type { App } from "../lib/app.ts";'],
    ["the app's type among others", "functions/notify.ts", 'import { type App } from "../lib/app.ts";'],
    ["types for infra", "infra/local/demo/job.ts", 'import type { E } from "../../../lib/audit/entry.ts";'],
    [
      "a schema for an adapter",
      "lib/adapters/azure/x.ts",
      'import { sessionSchema } from "../../sessions/session.ts";',
    ],
    ["a subject's type for the portal", "portal/api.ts", 'import type { S } from "../lib/sessions/session.ts";'],
    ["the codes of errors for the portal", "portal/api.ts", 'import type { ErrorCode } from "../lib/errors.ts";'],
    ["what the portal is made with", "portal/main.tsx", 'import { useState } from "preact/hooks";'],
    ["the tokens of the portal", "portal/main.tsx", 'import "fluent-tokens.css";'],
    ["the portal's own style", "portal/main.tsx", 'import "./styles/page.css";'],
    ["a use case's type for lib/http", "lib/http/page.ts", 'import type { makeAudit } from "../audit/record.ts";'],
  ])("%s may be imported", (_title, path, statement) => {
    expect(badImport(path, statement)).toEqual([]);
  });

  test("a circle is found, over types and over several files", () => {
    const file = (path: string, to: string) => sourceFileOf(path, `import type { X } from "${to}";`);
    expect(
      circlesOf([
        file("lib/audit/a.ts", "./b.ts"),
        file("lib/audit/b.ts", "../devices/c.ts"),
        file("lib/devices/c.ts", "../audit/a.ts"),
        file("lib/devices/d.ts", "./c.ts"),
      ]),
    ).toEqual(["lib/audit/a.ts -> lib/audit/b.ts -> lib/devices/c.ts -> lib/audit/a.ts"]);
  });
});

describe("Clock, randomness, settings and network", () => {
  test("are asked only where they may be", () => {
    expect(product.flatMap(impurities)).toEqual([]);
  });

  test.each([
    ["lib/sessions/read.ts", "const at = new Date();", "the clock"],
    ["lib/sessions/read.ts", "const at = new Date;", "the clock"],
    ["lib/adapters/azure/lease.ts", "const at = new  Date ( );", "the clock"],
    ["lib/adapters/azure/lease.ts", "const at = Date.now();", "the clock"],
    ["lib/http/log.ts", "const at = performance.now();", "a stopwatch"],
    ["lib/connector/health.ts", "const at = process.hrtime();", "a stopwatch"],
    ["functions/notify.ts", "const at = Date();", "the clock"],
    ["lib/sessions/read.ts", "const f = Math.random;", "randomness"],
    ["lib/adapters/azure/lease.ts", 'import { randomUUID as id } from "node:crypto"; id();', "randomness"],
    ["lib/http/page.ts", "crypto.getRandomValues(new Uint8Array(1));", "randomness"],
    ["lib/settings.ts", "export const x = process.env.TENANT_ID;", "process.env"],
    ["lib/app.ts", "const { TENANT_ID } = process . env;", "process.env"],
    ["lib/app.ts", 'const x = process["env"];', "process.env"],
    ["lib/app.ts", 'const x = settings.NODE_ENV === "production";', "a local mode"],
    ["lib/connector/health.ts", 'const x = await fetch("https://x.example");', "the network"],
    ["lib/sessions/follow.ts", "setTimeout(() => undefined, 1);", "waiting"],
  ])("in %s, `%s` is found", (path, text, what) => {
    expect(impurities(sourceFileOf(path, text))).toEqual([`${path} takes ${what}`]);
  });

  test.each([
    ["lib/sessions/read.ts", "// new Date() and Math.random() come from lib/app.ts\nexport const x = 1;"],
    ["lib/sessions/read.ts", "export const later = (at: Date) => new Date(at.getTime() + 1);"],
    ["lib/app.ts", "export const now = () => new Date();"],
    ["functions/main.ts", "start(process.env);"],
    ["lib/adapters/outbound.ts", "await fetch(url);"],
    ["lib/adapters/azure/lease.ts", "const sinceMs = performance.now();"],
  ])("in %s, `%s` is fine", (path, text) => {
    expect(impurities(sourceFileOf(path, text))).toEqual([]);
  });
});

describe("Names", () => {
  test("are words of the product", () => {
    expect(files.flatMap(meaninglessNames)).toEqual([]);
  });

  test.each([
    ["lib/utils/dates.ts", "export const x = 1;"],
    ["lib/http/helpers.ts", "export const x = 1;"],
    ["lib/common/x.ts", "export const x = 1;"],
    ["lib/services/session.ts", "export const x = 1;"],
    ["tests/lib/test-utils.ts", "export const x = 1;"],
    ["lib/sessions/types.ts", "export type X = 1;"],
    ["lib/sessions/index.ts", "export const x = 1;"],
    ["lib/sessions/all.ts", 'export * from "./session.ts";'],
    ["lib/sessions/ports.ts", "export interface ISessionStore { x: 1 }"],
    ["lib/sessions/ports.ts", "export class SessionStoreImpl {}"],
  ])("%s with `%s` is found", (path, text) => {
    expect(meaninglessNames(sourceFileOf(path, text))).toHaveLength(1);
  });

  test.each([
    ["lib/http/paging.ts", "export type Ids = string[]; type Identity = { id: string };"],
    ["lib/sessions/followed.ts", "export const service = 1;"],
  ])("%s with `%s` is fine", (path, text) => {
    expect(meaninglessNames(sourceFileOf(path, text))).toEqual([]);
  });
});

describe("Nothing", () => {
  test("is left for later, and no check is switched off", () => {
    expect(files.flatMap(unfinished)).toEqual([]);
  });

  test.each([
    "// TODO: later\nexport const x = 1;",
    "/* FIXME */ export const x = 1;",
    "// @ts-ignore\nexport const x = 1;",
    "// @ts-expect-error\nexport const x = 1;",
    "// biome-ignore lint: no\nexport const x = 1;",
    "export const x = JSON.parse(text) as any;",
    "export const f = (x: any[]) => x.length;",
    "export type X = Record<string, any>;",
    "export const first = list[0]!;",
  ])("`%s` is found", (text) => {
    expect(unfinished(sourceFileOf("lib/sessions/read.ts", text))).toHaveLength(1);
  });

  test("markup is read, too", () => {
    const text = "export const a = <p title={(x as any).y}>TODO</p>;";
    expect(unfinished(sourceFileOf("portal/main.tsx", text))).toHaveLength(2);
  });

  test("any in a comment or a text is not the type", () => {
    const text = '// any role will do\nexport const x: string = "as any";';
    expect(unfinished(sourceFileOf("lib/sessions/read.ts", text))).toEqual([]);
  });
});

test("the parser sees every way to import", () => {
  const seen = ({ imports }: SourceFile) =>
    imports.map(({ from, names, isTypeOnly }) => [from, names.join(), isTypeOnly]);
  const text = `
import type { A } from "a"; import { type B } from "b"; import { c as d, type E } from "c"; import * as f from "f";
import g from "g"; import "h"; export { i } from "i"; export * from "j"; const k = await import("k");`;
  expect(seen(sourceFileOf("lib/x.ts", text))).toEqual([
    ["a", "A", true],
    ["b", "", true],
    ["c", "c", false],
    ["f", "*", false],
    ["g", "g", false],
    ["h", "", false],
    ["i", "i", false],
    ["j", "*", false],
    ["k", "*", false],
  ]);
});
