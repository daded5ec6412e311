import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { type BicepFile, bicepFile, readBicep } from "./bicep-file.ts";
import { moduleProblems } from "./modules.ts";
import { resourceProblems } from "./resources.ts";
import { handWritten, known, published } from "./schema.ts";
import { readProblems, symbolProblems } from "./symbols.ts";
import { childrenOf, lineOf, type Node, nodesOf } from "./syntax.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const paths = globSync("infra/azure/**/*.bicep", { cwd: root }).map((path) => path.replaceAll("\\", "/"));
let files: readonly BicepFile[];

beforeAll(async () => {
  files = await Promise.all(paths.map((path) => readBicep(path)));
});

/** The files with one of them edited. */
async function withEdit(path: string, from: string, to: string): Promise<{ all: BicepFile[]; edited: BicepFile }> {
  const edited = await readBicep(path, (text) => {
    expect(text).toContain(from);
    return text.replace(from, to);
  });
  return { edited, all: files.map((file) => (file.path === path ? edited : file)) };
}

const OPEN: Record<string, string[]> = {
  object_property: ["tags", "userAssignedIdentities", "features"],
  variable_declaration: ["tags", "settings", "hostSettings", "content"],
};

/** Within tags, identities, features, settings (which have a check of their own) and the text of the workbook. */
function mayBeCalledAnything(node: Node): boolean {
  for (let above = node.parent; above; above = above.parent)
    if (OPEN[above.type]?.includes(childrenOf(above)[0]?.text ?? "")) return true;
  return false;
}

describe("Every Bicep file", () => {
  test("is looked at", () => {
    expect(files.length).toBeGreaterThan(10);
    expect(files.flatMap(({ resources }) => resources).length).toBeGreaterThan(45);
    expect(files.flatMap(({ modules }) => modules).length).toBeGreaterThan(9);
  });

  test("can be read", () => {
    expect(files.flatMap(({ problems }) => problems)).toEqual([]);
  });

  test("uses names that are declared, and declares none that nobody uses", () => {
    expect(files.flatMap((file) => [...symbolProblems(file), ...readProblems(file)])).toEqual([]);
  });

  test("gives its modules what they take, and reads outputs that they have", () => {
    expect(moduleProblems(files)).toEqual([]);
  });

  test("sets properties that Azure and Microsoft Graph have, all that are required and none that are read-only", () => {
    expect(files.flatMap((file) => resourceProblems(file, known))).toEqual([]);
  });

  test("says of each parameter and output what it is", () => {
    const silent = files.flatMap((file) => [
      ...file.params.filter(({ decorators }) => !decorators.some(({ text }) => text.startsWith("@description("))),
      ...file.outputs.filter(({ node }) => !node.previousNamedSibling?.text.includes("@description(")),
    ]);
    expect(silent.map(({ name }) => name)).toEqual([]);
  });
});

test("only these types are checked against a list written by hand, as no published one can be had offline", () => {
  const used = new Set(files.flatMap(({ resources }) => resources.map(({ of }) => of)));
  const byHand = [...used].filter((type) => !published[type]).sort();
  expect(byHand).toEqual([
    "Microsoft.Graph/appRoleAssignedTo@v1.0",
    "Microsoft.Graph/applications/federatedIdentityCredentials@v1.0",
    "Microsoft.Graph/applications@v1.0",
    "Microsoft.Graph/oauth2PermissionGrants@v1.0",
    "Microsoft.Graph/servicePrincipals@v1.0",
    "Microsoft.Insights/actionGroups@2023-01-01",
    "Microsoft.Insights/diagnosticSettings@2021-05-01-preview",
    "Microsoft.Insights/scheduledQueryRules@2023-12-01",
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01",
    "Microsoft.Network/privateDnsZones@2024-06-01",
  ]);
  expect(Object.keys(handWritten).sort()).toEqual(byHand);
  expect(Object.keys(published).filter((type) => !used.has(type))).toEqual([]);
});

describe("The checks find", () => {
  const app = "infra/azure/modules/app.bicep";
  const vault = "infra/azure/modules/vault.bicep";
  const alerts = "infra/azure/modules/alerts.bicep";
  const storage = "infra/azure/modules/storage.bicep";

  test.each([
    ["a misspelt property", app, "httpsOnly: true", "httpOnly: true", "app: properties.httpOnly does not exist"],
    [
      "a property in another case",
      app,
      "serverFarmId",
      "serverfarmID",
      "app: properties.serverfarmID is written serverFarmId",
    ],
    [
      "a misspelt property far down",
      app,
      "instanceMemoryMB: instanceMemoryMB",
      "instanceMemoryMb: instanceMemoryMB",
      "is written instanceMemoryMB",
    ],
    [
      "one in a branch of a condition",
      app,
      "{ name: 'http', instanceCount:",
      "{ name: 'http', instances:",
      "alwaysReady[].instances does not exist",
    ],
    [
      "one in an array",
      vault,
      "[{ value: deployerIpRange }]",
      "[{ address: deployerIpRange }]",
      "ipRules[].address does not exist",
    ],
    ["one in a loop", alerts, "evaluationFrequency", "evaluationFreq", "properties.evaluationFreq does not exist"],
    ["one of a setting's policy", app, "name: 'ftp'", "name: 'sftp'", "name names no known kind"],
    ["a missing property", vault, "tenantId: subscription().tenantId", "", "properties.tenantId is missing"],
    [
      "a read-only property",
      vault,
      "tenantId:",
      "hsmPoolResourceId: ''\n    tenantId:",
      "properties.hsmPoolResourceId is read-only",
    ],
    ["a word that is no choice", storage, "'TLS1_2'", "'TLS1.2'", "properties.minimumTlsVersion is none of"],
    ["text in place of yes or no", app, "httpsOnly: true", "httpsOnly: 'true'", "properties.httpsOnly is no bool"],
    [
      "a type that nobody knows",
      vault,
      "vaults@2024-11-01'",
      "vaults@2019-01-01'",
      "Microsoft.KeyVault/vaults@2019-01-01 is not known",
    ],
    [
      "a read of what a resource has not",
      app,
      "app.properties.defaultHostName",
      "app.properties.hostName",
      "there is no hostName",
    ],
  ])("%s", async (_title, path, from, to, found) => {
    const { edited } = await withEdit(path, from, to);
    expect(resourceProblems(edited, known).join("\n")).toContain(found);
  });

  test.each([
    ["an unknown name", app, "serverFarmId: plan.id", "serverFarmId: plans.id", "plans is not declared"],
    ["an unknown function", app, "union(settings", "merge(settings", "merge is no function"],
    [
      "a parameter that nobody uses",
      vault,
      "var isClosed",
      "param spare string\nvar isClosed",
      "spare is declared and nowhere used",
    ],
    [
      "a variable that nobody uses",
      vault,
      "var isClosed",
      "var unused = true\nvar isClosed",
      "unused is declared and nowhere used",
    ],
  ])("%s", async (_title, path, from, to, found) => {
    const { edited } = await withEdit(path, from, to);
    expect(symbolProblems(edited).join("\n")).toContain(found);
  });

  test.each([
    ["a key that a variable has not", alerts, "rule.severity", "rule.weight", "rule has no weight"],
    [
      "a role that is not in the table",
      "infra/azure/modules/access.bicep",
      "roles.storageBlobDataOwner",
      "roles.storageBlobOwner",
      "roles has no storageBlobOwner",
    ],
  ])("%s", async (_title, path, from, to, found) => {
    const { edited } = await withEdit(path, from, to);
    expect(readProblems(edited).join("\n")).toContain(found);
  });

  test.each([
    [
      "a parameter that is not given",
      "privateNetwork: privateNetwork\n    sealRetentionDays",
      "sealRetentionDays",
      "storage does not give privateNetwork",
    ],
    ["a parameter that a module has not", "planName: ", "plan: ", "app gives plan, which"],
    ["an output that a module has not", "vault.outputs.url", "vault.outputs.uri", "vault has no output uri"],
    [
      "an output that nobody reads",
      "subnetId: privateNetwork ? network.outputs.appSubnetId : ''",
      "subnetId: ''",
      "nobody reads the output appSubnetId",
    ],
    ["a module that is not there", "modules/identity.bicep", "modules/identities.bicep", "identity is no file"],
  ])("%s", async (_title, from, to, found) => {
    const { all } = await withEdit("infra/azure/main.bicep", from, to);
    expect(moduleProblems(all).join("\n")).toContain(found);
  });

  test("a misspelt key wherever it stands, but where any key may stand", async () => {
    const missed: string[] = [];
    let everywhere = 0;
    for (const file of files) {
      const text = readFileSync(join(root, file.path), "utf8");
      for (const node of nodesOf(file.root)) {
        const [key] = node.type === "object_property" ? childrenOf(node) : [];
        if (!key || mayBeCalledAnything(node)) continue;
        const at = key.type === "string" ? key.endIndex - 1 : key.endIndex;
        const edited = await bicepFile(file.path, `${text.slice(0, at)}x${text.slice(at)}`);
        const all = files.map((other) => (other.path === file.path ? edited : other));
        const problems = [
          ...edited.problems,
          ...symbolProblems(edited),
          ...readProblems(edited),
          ...resourceProblems(edited, known),
          ...moduleProblems(all),
        ];
        everywhere += 1;
        if (problems.length === 0) missed.push(`${file.path}:${lineOf(key)}: ${key.text}`);
      }
    }
    expect(missed).toEqual([]);
    expect(everywhere).toBeGreaterThan(450);
  }, 120_000);

  test("a file that cannot be read", async () => {
    const { problems } = await bicepFile("x.bicep", "resource a 'T/x@1' = {\n  name: 'a'\n  properties: {\n");
    expect(problems.join("\n")).toContain("x.bicep:");
  });
});
