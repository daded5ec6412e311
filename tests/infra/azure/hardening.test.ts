import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { type BicepFile, readBicep, stringsOf, textsOf, valueAt } from "./bicep-file.ts";
import { settingsGiven } from "./settings.ts";
import { nodesOf } from "./syntax.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const paths = globSync("infra/azure/**/*.bicep", { cwd: root }).map((path) => path.replaceAll("\\", "/"));
let files: readonly BicepFile[];

beforeAll(async () => {
  files = await Promise.all(paths.map((path) => readBicep(path)));
});

const fileOf = (name: string) => files.find(({ path }) => path.endsWith(`/${name}.bicep`));
const resource = (file: string, name: string) => fileOf(file)?.resources.find((one) => one.name === name);
const value = (file: string, name: string, path: string) => valueAt(resource(file, name), `properties.${path}`)?.text;

describe("Nothing is open that need not be", () => {
  test.each([
    ["storage", "account", "allowSharedKeyAccess", "false"],
    ["storage", "account", "allowBlobPublicAccess", "false"],
    ["storage", "account", "allowCrossTenantReplication", "false"],
    ["storage", "account", "defaultToOAuthAuthentication", "true"],
    ["storage", "account", "isLocalUserEnabled", "false"],
    ["storage", "account", "minimumTlsVersion", "'TLS1_2'"],
    ["storage", "account", "supportsHttpsTrafficOnly", "true"],
    ["storage", "account", "publicNetworkAccess", "privateNetwork ? 'Disabled' : 'Enabled'"],
    ["storage", "seals", "publicAccess", "'None'"],
    ["storage", "package", "publicAccess", "'None'"],
    ["storage", "blobs", "deleteRetentionPolicy.enabled", "true"],
    ["storage", "blobs", "containerDeleteRetentionPolicy.enabled", "true"],
    ["vault", "vault", "enableRbacAuthorization", "true"],
    ["vault", "vault", "enableSoftDelete", "true"],
    ["vault", "vault", "enablePurgeProtection", "true"],
    ["vault", "vault", "softDeleteRetentionInDays", "90"],
    ["vault", "sealKey", "kty", "'EC'"],
    ["vault", "sealKey", "curveName", "'P-256'"],
    ["vault", "sealKey", "attributes.exportable", "false"],
    ["monitoring", "insights", "DisableLocalAuth", "true"],
    ["monitoring", "workspace", "features.disableLocalAuth", "true"],
    ["app", "app", "httpsOnly", "true"],
    ["app", "app", "siteConfig.minTlsVersion", "'1.2'"],
    ["app", "app", "siteConfig.scmMinTlsVersion", "'1.2'"],
    ["app", "app", "siteConfig.ftpsState", "'Disabled'"],
    ["app", "app", "siteConfig.remoteDebuggingEnabled", "false"],
    ["app", "app", "functionAppConfig.deployment.storage.authentication.type", "'UserAssignedIdentity'"],
    ["app", "app", "functionAppConfig.runtime.name", "'node'"],
    ["app", "app", "functionAppConfig.runtime.version", "'24'"],
    ["app", "noFtpPassword", "allow", "false"],
    ["app", "noScmPassword", "allow", "false"],
  ])("%s: %s has %s %s", (file, name, path, expected) => {
    expect(value(file, name, path)).toBe(expected);
  });

  test("the key signs and verifies, and does nothing else", () => {
    expect(textsOf(valueAt(resource("vault", "sealKey"), "properties.keyOps"))).toEqual(["sign", "verify"]);
  });

  test("the platform answers no other origin: the app does", () => {
    const keys = [...nodesOf(fileOf("app")?.root ?? never())].filter(({ text }) => /^cors$/i.test(text));
    expect(keys).toEqual([]);
  });
});

describe("Rights", () => {
  const allowed = (name: string) => {
    const permissions = valueAt(resource("access", name), "properties.permissions");
    return permissions
      ? [...nodesOf(permissions)].flatMap(({ type, text }) => (type === "string" ? [text.slice(1, -1)] : []))
      : [];
  };

  test("in the vault are those that the app's own calls need: it purges nothing", () => {
    expect(allowed("vaultUser").sort()).toEqual([
      "Microsoft.KeyVault/vaults/keys/read",
      "Microsoft.KeyVault/vaults/keys/sign/action",
      "Microsoft.KeyVault/vaults/keys/verify/action",
      "Microsoft.KeyVault/vaults/secrets/delete",
      "Microsoft.KeyVault/vaults/secrets/getSecret/action",
      "Microsoft.KeyVault/vaults/secrets/setSecret/action",
    ]);
    const clients = globSync("lib/adapters/azure/*.ts", { cwd: root }).map((path) =>
      readFileSync(join(root, path), "utf8"),
    );
    expect(clients.join("\n")).not.toMatch(
      /purge|backup|restore|recover(Deleted|Secret)|listPropertiesOfSecrets|updateSecret/i,
    );
  });

  test("of the deployer do not reach to reading secrets", () => {
    expect(allowed("secretSetter").sort()).toEqual([
      "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
      "Microsoft.KeyVault/vaults/secrets/setSecret/action",
    ]);
  });

  test("are given on the one resource that they are for", () => {
    const assignments = (fileOf("access")?.resources ?? []).filter(({ of }) => of.includes("roleAssignments"));
    expect(assignments.map((one) => valueAt(one, "scope")?.text)).toEqual(["storage", "insights", "vault", "vault"]);
  });
});

describe("Secrets", () => {
  test("are no parameters, no outputs and no settings", () => {
    const named = /secret|password|apikey|accountkey|statekey|connectionstring/i;
    expect(files.flatMap(({ params }) => params.filter(({ name }) => named.test(name)))).toEqual([]);
    const outputs = files.flatMap((file) => file.outputs);
    expect(outputs.length).toBeGreaterThan(15);
    expect(
      outputs.filter(({ node }) =>
        /list(Keys|Secrets|\w*Sas)|ConnectionString|InstrumentationKey|\bsecret/i.test(node.text),
      ),
    ).toEqual([]);
    const [main, app] = [fileOf("main"), fileOf("modules/app")];
    const given = settingsGiven(main ?? never(), app ?? never());
    expect(given.filter((name) => /SECRET|PASSWORD|STATE_KEY/i.test(name))).toEqual([]);
  });

  test("are read by no template", () => {
    const calls = files.flatMap((file) =>
      [...nodesOf(file.root)].filter(({ type, text }) => type === "identifier" && /^(list\w+|getSecret)$/.test(text)),
    );
    expect(calls).toEqual([]);
    expect(files.flatMap(stringsOf).filter((text) => text.includes("@Microsoft.KeyVault"))).toEqual([]);
  });

  test("stand in no parameters file", () => {
    expect(readFileSync(join(root, "infra/azure/main.parameters.json"), "utf8")).not.toMatch(
      /secret|password|state.?key/i,
    );
  });
});

function never(): never {
  throw new Error("The file is missing.");
}
