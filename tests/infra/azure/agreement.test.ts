import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import * as z from "zod";
import { readSettings } from "../../../lib/settings.ts";
import { type BicepFile, readBicep, textsOf, valueAt, variableOf } from "./bicep-file.ts";
import { namesInCode } from "./names-in-code.ts";
import { builtInRoles, roleProblems } from "./roles.ts";
import { settingProblems, settingsAsTold, settingsRead } from "./settings.ts";
import { childrenOf, literalOf, propertyOf } from "./syntax.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const textOf = (path: string) => readFileSync(join(root, path), "utf8");
const azure = (name: string) => `infra/azure/${name}.bicep`;
let main: BicepFile;
let app: BicepFile;
let storage: BicepFile;
let vault: BicepFile;
let access: BicepFile;
let alerts: BicepFile;

beforeAll(async () => {
  [main, app, storage, vault, access, alerts] = await Promise.all([
    readBicep(azure("main")),
    readBicep(azure("modules/app")),
    readBicep(azure("modules/storage")),
    readBicep(azure("modules/vault")),
    readBicep(azure("modules/access")),
    readBicep(azure("modules/alerts")),
  ]);
});

describe("Settings", () => {
  test("that the app reads are those that the deployment gives", () => {
    expect(settingsRead().length).toBeGreaterThan(30);
    expect(settingProblems(main, app)).toEqual([]);
  });

  test.each([
    ["a setting that is not given", "  QUIET_HOURS: quietHours\n", "", "QUIET_HOURS is read and not given"],
    ["a setting that nobody reads", "  QUIET_HOURS:", "  QUIET_HOUR:", "QUIET_HOUR is given and nobody reads it"],
    [
      "a setting that Flex Consumption refuses",
      "  QUIET_HOURS:",
      "  FUNCTIONS_WORKER_RUNTIME: 'node'\n  QUIET_HOURS:",
      "FUNCTIONS_WORKER_RUNTIME must not be given",
    ],
    [
      "a connection string",
      "  QUIET_HOURS:",
      "  AzureWebJobsStorage: 'x'\n  QUIET_HOURS:",
      "AzureWebJobsStorage must not be given",
    ],
  ])("the check finds %s", async (_title, from, to, found) => {
    const edited = await readBicep(azure("main"), (text) => text.replace(from, to));
    expect(settingProblems(edited, app)).toContain(found);
  });

  const examples = {
    "subscription().tenantId": "11111111-1111-4111-8111-111111111111",
    "environment().authentication.loginEndpoint": "https://login.microsoftonline.com/",
    "vault.outputs.url": "https://kv-x.vault.azure.net/",
    "identity.properties.clientId": "33333333-3333-4333-8333-333333333333",
    "storage.properties.primaryEndpoints.blob": "https://stx.blob.core.windows.net/",
    "storage.properties.primaryEndpoints.queue": "https://stx.queue.core.windows.net/",
    "storage.properties.primaryEndpoints.table": "https://stx.table.core.windows.net/",
    "storage.name": "stx",
    "insights.properties.ConnectionString": "InstrumentationKey=x",
    apiClientId: "22222222-2222-4222-8222-222222222222",
    teamviewerClientId: "123456-x",
    organizationName: "Contoso",
  };
  const platform = { WEBSITE_HOSTNAME: "func-x.azurewebsites.net" };

  test("with nothing but what is required, the app starts with its own defaults", () => {
    const told = settingsAsTold([main, app], examples);
    const given = [
      "TENANT_ID",
      "API_CLIENT_ID",
      "TEAMVIEWER_CLIENT_ID",
      "KEY_VAULT_URL",
      "ORGANIZATION_NAME",
      "AZURE_CLIENT_ID",
    ];
    const least = Object.entries(told).filter(
      ([name]) => given.includes(name) || name.startsWith("AzureWebJobsStorage__"),
    );
    expect(readSettings({ ...told, ...platform })).toEqual(readSettings({ ...Object.fromEntries(least), ...platform }));
  });

  test("with the other choice of each switch, the app is told so", () => {
    const switches = { allowCorporateAndroid: "true", showAgentName: "true", requireReason: "true", intuneRbac: "on" };
    const read = readSettings({ ...settingsAsTold([main, app], { ...examples, ...switches }), ...platform });
    expect(read).toMatchObject({
      allowCorporateAndroid: true,
      showAgentName: true,
      requireReason: true,
      intuneRbac: true,
    });
  });
});

test("the host takes bodies that are somewhat too large, so that the app refuses them in its own words", () => {
  const most = Number(/const MAX_BODY_BYTES = (\d+) \* 1024;/.exec(textOf("lib/http/read-request.ts"))?.[1]) * 1024;
  const limit = Number(literalOf(propertyOf(variableOf(app, "hostSettings"), "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT")));
  expect([most, limit]).toEqual([65_536, 4 * 65_536]);
});

describe("Names", () => {
  const names = (file: BicepFile, type: string) =>
    file.resources
      .filter(({ of }) => of.startsWith(`${type}@`))
      .map((resource) => literalOf(valueAt(resource, "name")));

  test("of tables and queues are those that the code uses", () => {
    expect(namesInCode.tables.length).toBeGreaterThan(7);
    expect(textsOf(variableOf(storage, "tables")).sort()).toEqual(namesInCode.tables);
    expect(namesInCode.queues.length).toBeGreaterThan(3);
    expect(textsOf(variableOf(storage, "queues")).sort()).toEqual(namesInCode.queues);
  });

  test("of containers are those that the code uses, and the one that the package lies in", () => {
    const containers = names(storage, "Microsoft.Storage/storageAccounts/blobServices/containers");
    expect(namesInCode.containers).toEqual(["audit-seals"]);
    expect(containers.sort()).toEqual([...namesInCode.containers, "app-package"].sort());
  });

  test("of keys and secrets are those that the code uses", () => {
    expect(namesInCode.keys).toEqual(["audit-seal"]);
    expect(names(vault, "Microsoft.KeyVault/vaults/keys")).toEqual(namesInCode.keys);
    const set = [...textOf("infra/azure/hooks/secrets.ts").matchAll(/^const [A-Z_]+ = "([\w-]+)"/gm)].map(
      ([, name]) => name,
    );
    expect(set.sort()).toEqual(namesInCode.secrets);
  });

  test("of the health check is that of the function", () => {
    const site = app.resources.find(({ name }) => name === "app");
    expect(literalOf(valueAt(site, "properties.siteConfig.healthCheckPath"))).toBe(namesInCode.healthPath);
  });
});

describe("Roles", () => {
  test("are Azure's, by name and id", () => {
    expect(roleProblems(access)).toEqual([]);
  });

  test("a wrong id is found, and one that stands outside of the table too", async () => {
    const wrong = await readBicep(azure("modules/access"), (text) =>
      text.replace(builtInRoles["Key Vault Crypto User"] ?? "", builtInRoles["Key Vault Administrator"] ?? ""),
    );
    expect(roleProblems(wrong)).toEqual([expect.stringContaining("keyVaultCryptoUser is not 00482a5a")]);
    const stray = await readBicep(azure("modules/access"), (text) =>
      text.replace("roles.storageBlobDataOwner", `'${builtInRoles["Key Vault Administrator"]}'`),
    );
    expect(roleProblems(stray)).toEqual([expect.stringContaining("nobody knows what 00482a5a")]);
  });

  test("no other file names a role", async () => {
    const paths = globSync("infra/azure/**/*.bicep", { cwd: root }).filter((path) => !path.endsWith("access.bicep"));
    const others = await Promise.all(paths.map((path) => readBicep(path)));
    expect(others.flatMap(roleProblems)).toEqual([]);
    expect(others.flatMap(({ resources }) => resources.filter(({ of }) => of.includes("roleAssignments")))).toEqual([]);
  });
});

test("each alert looks back as far as its query says, is told in the page about them, and each query is used", async () => {
  const rules = childrenOf(variableOf(alerts, "rules") ?? alerts.root);
  expect(rules.length).toBe(5);
  for (const rule of rules) {
    const path = /'\.\.\/(queries\/[\w-]+\.kql)'/.exec(propertyOf(rule, "query")?.text ?? "")?.[1];
    const minutes = /Window: (\d+) minutes/.exec(textOf(`infra/azure/${path}`))?.[1];
    expect([path, literalOf(propertyOf(rule, "window"))]).toEqual([path, `PT${minutes}M`]);
    expect(path).toBe(`queries/${literalOf(propertyOf(rule, "name"))}.kql`);
    expect(textOf("docs/monitoring.md")).toContain(
      `### ${literalOf(propertyOf(rule, "title"))}\n\n\`${path?.split("/").at(-1)}\`, over ${minutes} minutes.`,
    );
  }
  const bicep = globSync("infra/azure/modules/*.bicep", { cwd: root }).map(textOf).join("\n");
  const queries = globSync("infra/azure/queries/*.kql", { cwd: root }).map((path) => path.split(/[\\/]/).at(-1) ?? "");
  // One is for people alone, who put an id into it.
  expect(queries.filter((name) => !bicep.includes(`queries/${name}'`))).toEqual(["one-correlation.kql"]);
});

describe("The parameters file", () => {
  const parameters = z
    .object({ parameters: z.record(z.string(), z.object({ value: z.string() })) })
    .parse(JSON.parse(textOf("infra/azure/main.parameters.json"))).parameters;

  test("names each parameter of main.bicep and no other", () => {
    expect(Object.keys(parameters).sort()).toEqual(main.params.map(({ name }) => name).sort());
  });

  test("takes everything from the environment, with the defaults of main.bicep", () => {
    for (const { name, value } of main.params) {
      const [, variable, fallback = ""] = /^\$\{([A-Z_]+)(?:=([^}]*))?\}$/.exec(parameters[name]?.value ?? "") ?? [];
      expect([name, variable]).toEqual([name, expect.any(String)]);
      expect([name, fallback]).toEqual([name, literalOf(value) ?? value?.text ?? ""]);
    }
  });
});

test("azd deploys what the build makes as it is", () => {
  const text = textOf("azure.yaml");
  expect(text).toMatch(/^ {4}dist: dist$/m);
  expect(text).toMatch(/^ {4}remoteBuild: false$/m);
  for (const [, path] of text.matchAll(/node (infra\S+\.ts)/g)) expect(textOf(path ?? "")).toContain("await tell(");
  const tagged = app.resources.filter((resource) => valueAt(resource, "tags")?.text.includes("azd-service-name"));
  expect(tagged.map((resource) => [resource.name, valueAt(resource, "tags")?.text])).toEqual([
    ["app", "union(tags, { 'azd-service-name': 'connector' })"],
  ]);
  expect(variableOf(main, "tags")?.text).toBe("{ 'azd-env-name': environmentName }");
  expect(text).toMatch(/^services:\n {2}connector:$/m);
});
