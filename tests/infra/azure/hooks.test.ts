import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, jest, test } from "@jest/globals";
import { registration } from "../../../infra/azure/hooks/registration.ts";
import { roles } from "../../../lib/access/principal.ts";
import { nothingThere, type Run, runHook, type State } from "./running-hooks.ts";

const NO_RIGHT = "Forbidden(Caller is not authorized to perform action on resource. ForbiddenByRbac)";
const NO_PRIVILEGE =
  'Forbidden({"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges to complete the operation."}})';

// Each call of the stand-in is a process of its own.
jest.setTimeout(120_000);

const azd = { AZURE_ENV_NAME: "prod" };
let registered: Run;

beforeAll(async () => {
  registered = await runHook("register.ts", nothingThere(), azd);
});

describe("The secrets of the vault", () => {
  const vault = { KEY_VAULT_NAME: "kv-x" };

  test("are set from files that nobody else can read, and that are gone afterwards", async () => {
    const { code, state, out, err, leftFiles } = await runHook("secrets.ts", nothingThere(), {
      ...vault,
      TEAMVIEWER_CLIENT_SECRET: " hidden-value ",
    });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(state.secrets["teamviewer-client-secret"]).toBe("hidden-value");
    expect(Buffer.from(state.secrets["state-key"] ?? "", "base64")).toHaveLength(32);
    expect(JSON.stringify([state.calls, out])).not.toContain("hidden-value");
    expect(JSON.stringify([state.calls, out])).not.toContain(state.secrets["state-key"]);
    expect(leftFiles).toEqual([]);
  });

  test("stay as they are when they are there, but for a TeamViewer secret that is given", async () => {
    const before: State = { ...nothingThere(), secrets: { "state-key": "kept", "teamviewer-client-secret": "old" } };
    expect((await runHook("secrets.ts", before, vault)).state.secrets).toEqual(before.secrets);
    const { state } = await runHook("secrets.ts", before, { ...vault, TEAMVIEWER_CLIENT_SECRET: "new" });
    expect(state.secrets).toEqual({ "state-key": "kept", "teamviewer-client-secret": "new" });
  });

  test("are asked for when nobody can be asked: the deployment says so and fails", async () => {
    const { code, err } = await runHook("secrets.ts", nothingThere(), vault);
    expect(code).toBe(1);
    expect(err).toMatch(/TEAMVIEWER_CLIENT_SECRET.*azd hooks run postprovision/);
  });

  test("wait for a role that does not work yet", async () => {
    const refusals = [
      { match: "secret list", says: NO_RIGHT, times: 3 },
      { match: "state-key", says: NO_RIGHT, times: 2 },
    ];
    const { code, state } = await runHook(
      "secrets.ts",
      { ...nothingThere(), refusals },
      { ...vault, TEAMVIEWER_CLIENT_SECRET: "x" },
    );
    expect(code).toBe(0);
    expect(state.calls).toHaveLength(3 + 1 + 2 + 1 + 1);
  });

  test("are not waited for behind a closed network, which is said at once", async () => {
    const says =
      "(Forbidden) Public network access is disabled and request is not from a trusted service. ForbiddenByConnection";
    const refusals = [{ match: "secret list", says, times: 100 }];
    const { code, err, state } = await runHook("secrets.ts", { ...nothingThere(), refusals }, vault);
    expect([code, state.calls.length]).toEqual([1, 1]);
    expect(err).toContain("DEPLOYER_IP_RANGE");
  });

  test("need a vault that is named, and the Azure CLI", async () => {
    expect((await runHook("secrets.ts", nothingThere())).err).toContain("KEY_VAULT_NAME is not set");
    expect((await runHook("secrets.ts", nothingThere(), { ...vault, PATH: "/nowhere" })).err).toContain(
      "az is not installed",
    );
  });
});

describe("The registrations in Entra", () => {
  test("hold the roles of the app and its scope", () => {
    expect(registration.appRoles.map(({ value }) => value)).toEqual([...roles]);
    expect(registration.scopes.map(({ value }) => value)).toEqual(["access_as_user"]);
    const bicep = readFileSync(new URL("../../../infra/azure/entra/entra.bicep", import.meta.url), "utf8");
    expect(bicep).toContain("loadJsonContent('registration.json')");
  });

  test("are made with all that the app checks, and azd remembers their ids", () => {
    const { code, err, state, leftFiles } = registered;
    expect({ code, err, leftFiles }).toEqual({ code: 0, err: "", leftFiles: [] });
    const [api, portal] = state.directory.applications;
    const scope = registration.scopes[0].id;
    expect(api).toMatchObject({
      uniqueName: "remote-assistance-prod",
      signInAudience: "AzureADMyOrg",
      identifierUris: [`api://${api?.appId}`],
      appRoles: registration.appRoles,
      api: {
        requestedAccessTokenVersion: 2,
        oauth2PermissionScopes: registration.scopes,
        preAuthorizedApplications: [{ appId: portal?.appId, delegatedPermissionIds: [scope] }],
      },
    });
    expect(portal).toMatchObject({
      requiredResourceAccess: [{ resourceAppId: api?.appId, resourceAccess: [{ id: scope, type: "Scope" }] }],
    });
    expect(state.directory.principals.map(({ appId }) => appId)).toEqual([
      expect.any(String),
      api?.appId,
      portal?.appId,
    ]);
    expect(state.settings).toEqual({ API_CLIENT_ID: api?.appId, PORTAL_CLIENT_ID: portal?.appId });
  });

  test("are the same the second time", async () => {
    const second = await runHook("register.ts", { ...registered.state, calls: [] }, azd);
    expect(second.state.directory).toEqual(registered.state.directory);
    expect(second.state.settings).toEqual(registered.state.settings);
  });

  test("are left alone when API_CLIENT_ID says which to take", async () => {
    const { code, state } = await runHook("register.ts", nothingThere(), { ...azd, API_CLIENT_ID: "x" });
    expect([code, state.calls]).toEqual([0, []]);
  });

  test("are asked of an administrator where the deployer may not, and what he prints is what azd is told", async () => {
    const refused = await runHook(
      "register.ts",
      { ...nothingThere(), refusals: [{ match: "rest", says: NO_PRIVILEGE, times: 9 }] },
      azd,
    );
    expect(refused.code).toBe(1);
    const command = "npx node infra/azure/hooks/register.ts --environment prod";
    expect(refused.err).toContain(command);
    const manual = await runHook("register.ts", nothingThere(), { ...azd, ENTRA_SETUP: "manual" });
    expect([manual.code, manual.state.calls]).toEqual([1, []]);
    expect(manual.err).toContain(command);

    const { out, state } = await runHook("register.ts", nothingThere(), {}, ["--environment", "prod"]);
    const [api] = state.directory.applications;
    expect(out).toContain(`azd env set API_CLIENT_ID ${api?.appId}\n`);
    expect(state.settings).toEqual({});
  });

  test("wait until a new application is known everywhere", async () => {
    const refusals = [
      { match: "post.*servicePrincipals", says: "Bad Request: the appId 'x' does not exist", times: 1 },
    ];
    expect((await runHook("register.ts", { ...nothingThere(), refusals }, azd)).code).toBe(0);
  });
});

describe("The rights in Microsoft Graph", () => {
  function afterProvisioning() {
    const { state } = registered;
    const { API_CLIENT_ID = "", PORTAL_CLIENT_ID = "" } = state.settings;
    const env = {
      AZURE_ENV_NAME: "prod",
      API_CLIENT_ID,
      PORTAL_CLIENT_ID,
      CONNECTOR_URL: "https://func-x.azurewebsites.net",
      IDENTITY_PRINCIPAL_ID: "identity",
    };
    return { state: { ...state, calls: [] }, env };
  }
  const rolesIn = (state: State) =>
    state.directory.lists["servicePrincipals/identity/appRoleAssignments"]?.map(({ appRoleId }) => appRoleId);

  test("are those of the operations page, and people can sign in to the portal", async () => {
    const { state, env } = afterProvisioning();
    const {
      code,
      err,
      state: after,
      out,
    } = await runHook("grant.ts", state, { ...env, MAIL_SENDER: "helpdesk@contoso.example" });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(rolesIn(after)).toEqual(["role DeviceManagementManagedDevices.ReadWrite.All", "role User.Read.All"]);
    expect(after.directory.applications[1]).toMatchObject({
      spa: { redirectUris: ["https://func-x.azurewebsites.net/portal"] },
    });
    expect(out).toContain("Exchange");
    const page = readFileSync(new URL("../../../docs/operations.md", import.meta.url), "utf8");
    for (const name of [
      ...registration.graph.identityRoles,
      registration.graph.teamsRole,
      registration.graph.intuneRbacScope,
    ])
      expect(page).toContain(`\`${name}\``);
  });

  test("grow with Teams and Intune's roles, and are given once", async () => {
    const { state, env } = afterProvisioning();
    const all = { ...env, TEAMS_APP_ID: "x", INTUNE_RBAC: "on" };
    const first = await runHook("grant.ts", state, all);
    expect({ code: first.code, err: first.err }).toEqual({ code: 0, err: "" });
    expect(rolesIn(first.state)).toHaveLength(3);
    const [api] = first.state.directory.applications;
    expect(api?.requiredResourceAccess).toEqual([
      {
        resourceAppId: registration.graph.appId,
        resourceAccess: [{ id: "scope DeviceManagementRBAC.Read.All", type: "Scope" }],
      },
    ]);
    expect(first.state.directory.lists[`applications/${api?.id}/federatedIdentityCredentials`]).toMatchObject([
      {
        issuer: "https://login.microsoftonline.com/11111111-1111-4111-8111-111111111111/v2.0",
        subject: "identity",
        audiences: ["api://AzureADTokenExchange"],
      },
    ]);
    expect(first.state.directory.lists.oauth2PermissionGrants).toMatchObject([
      { consentType: "AllPrincipals", resourceId: "graph", scope: "DeviceManagementRBAC.Read.All" },
    ]);

    const second = await runHook("grant.ts", { ...first.state, calls: [] }, all);
    expect(second.state.directory).toEqual(first.state.directory);
  });

  test("that the deployer may not give hold up no deployment: the command for an administrator is printed", async () => {
    const { state, env } = afterProvisioning();
    const refused = { ...state, refusals: [{ match: "rest.*post", says: NO_PRIVILEGE, times: 9 }] };
    const { code, out } = await runHook("grant.ts", refused, env);
    expect(code).toBe(0);
    expect(out).toContain("npx node infra/azure/hooks/grant.ts");
    expect(out).toContain(`API_CLIENT_ID=${env.API_CLIENT_ID}`);
    const { AZURE_ENV_NAME: _, ...byHand } = env;
    expect((await runHook("grant.ts", refused, byHand)).code).toBe(1);
  });

  test("roles of the API are given to people, once, by name", async () => {
    const { state, env } = afterProvisioning();
    const args = ["--user", "ada@contoso.example", "--roles", "Update,Read"];
    const first = await runHook("assign.ts", state, env, args);
    expect({ code: first.code, err: first.err }).toEqual({ code: 0, err: "" });
    const list = `servicePrincipals/${first.state.directory.principals[1]?.id}/appRoleAssignedTo`;
    expect(first.state.directory.lists[list]).toMatchObject(
      [registration.appRoles[0], registration.appRoles[2]].map((role) => ({
        principalId: "id of users/ada@contoso.example",
        appRoleId: role?.id,
      })),
    );
    const again = await runHook("assign.ts", first.state, env, args);
    expect(again.state.directory).toEqual(first.state.directory);
    expect((await runHook("assign.ts", state, env, ["--roles", "Owner"])).err).toContain("There is no role Owner.");
  });
});
