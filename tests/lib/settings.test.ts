import { describe, expect, test } from "@jest/globals";
import { readSettings } from "../../lib/settings.ts";

const TENANT = "0F0E0D0C-0B0A-4908-8706-050403020100";
const CLIENT = "A91C11E2-7d1a-4b6e-9c56-0d5f3a7b2e10";

/** Just what has no default. */
const least = {
  TENANT_ID: TENANT,
  API_CLIENT_ID: CLIENT,
  TEAMVIEWER_CLIENT_ID: "123456-app",
  KEY_VAULT_URL: "https://vault.example",
  AzureWebJobsStorage: "UseDevelopmentStorage=true",
  PUBLIC_URL: "https://help.example",
  ORGANIZATION_NAME: "Contoso",
};

const withSettings = (changes: Record<string, string | undefined>) => readSettings({ ...least, ...changes });

function complaintAbout(changes: Record<string, string | undefined>): string[] {
  try {
    withSettings(changes);
  } catch (error) {
    return (error as Error).message.split("\n").slice(1);
  }
  return [];
}

test("with the least of settings everything else takes its documented default", () => {
  expect(readSettings(least)).toEqual({
    tenantId: TENANT.toLowerCase(),
    apiClientId: CLIENT.toLowerCase(),
    portalClientId: CLIENT.toLowerCase(),
    allowedClients: [],
    entraUrl: "https://login.microsoftonline.com",
    graphUrl: "https://graph.microsoft.com",
    teamviewerLoginUrl: "https://login.teamviewer.com",
    teamviewerApiUrl: "https://webapi.teamviewer.com",
    teamviewerClientId: "123456-app",
    keyVaultUrl: "https://vault.example",
    storage: { connectionString: "UseDevelopmentStorage=true" },
    managedIdentityClientId: undefined,
    publicUrl: "https://help.example",
    organizationName: "Contoso",
    defaultLanguage: "en",
    termsVersion: "1",
    termsUrl: "https://www.teamviewer.com/en/legal/eula",
    allowCorporateAndroid: false,
    intuneRbac: false,
    showAgentName: false,
    sessionMinutes: 60,
    sessionRetentionDays: 90,
    auditRetentionMonths: 24,
    allowedOrigins: [],
    webhookAllowLoopback: false,
    mailSender: undefined,
    teamsAppId: undefined,
    channelOrder: { "*": ["companyPortal", "teams", "email"] },
    requireReason: false,
    ticketPattern: undefined,
    compliance: "ignore",
    quietHours: undefined,
  });
});

test("every setting that is given is taken", () => {
  const given = withSettings({
    PORTAL_CLIENT_ID: TENANT,
    ALLOWED_CLIENTS: ` ${CLIENT} ,, ${TENANT},`,
    ENTRA_URL: "https://login.microsoftonline.us/",
    GRAPH_URL: "https://graph.microsoft.us",
    TEAMVIEWER_LOGIN_URL: "http://127.0.0.1:1/",
    TEAMVIEWER_API_URL: "http://localhost:2",
    AZURE_CLIENT_ID: CLIENT,
    PUBLIC_URL: "https://help.example/",
    ORGANIZATION_NAME: " Contoso ",
    DEFAULT_LANGUAGE: "pt-BR",
    TERMS_VERSION: "2026-11",
    TERMS_URL: "https://terms.example/v2",
    ALLOW_CORPORATE_ANDROID: "true",
    INTUNE_RBAC: "on",
    SHOW_AGENT_NAME: "true",
    SESSION_MINUTES: "5",
    SESSION_RETENTION_DAYS: "3650",
    AUDIT_RETENTION_MONTHS: "120",
    ALLOWED_ORIGINS: "https://portal.example/, http://[::1]:5173",
    WEBHOOK_ALLOW_LOOPBACK: "true",
    MAIL_SENDER: " it-support@contoso.example ",
    TEAMS_APP_ID: CLIENT,
    NOTIFICATION_CHANNELS: "ios = companyPortal, email; windows=teams;android=;*=email,teams;",
    REQUIRE_REASON: "true",
    TICKET_PATTERN: "INC\\d{7}",
    COMPLIANCE: "require-reason",
    QUIET_HOURS: "Mon-Fri 20:00-07:00 Europe/Paris",
  });
  expect(given).toMatchObject({
    portalClientId: TENANT.toLowerCase(),
    allowedClients: [CLIENT.toLowerCase(), TENANT.toLowerCase()],
    entraUrl: "https://login.microsoftonline.us",
    graphUrl: "https://graph.microsoft.us",
    teamviewerLoginUrl: "http://127.0.0.1:1",
    teamviewerApiUrl: "http://localhost:2",
    managedIdentityClientId: CLIENT,
    publicUrl: "https://help.example",
    organizationName: "Contoso",
    defaultLanguage: "pt-BR",
    termsVersion: "2026-11",
    termsUrl: "https://terms.example/v2",
    allowCorporateAndroid: true,
    intuneRbac: true,
    showAgentName: true,
    sessionMinutes: 5,
    sessionRetentionDays: 3650,
    auditRetentionMonths: 120,
    allowedOrigins: ["https://portal.example", "http://[::1]:5173"],
    webhookAllowLoopback: true,
    mailSender: "it-support@contoso.example",
    teamsAppId: CLIENT.toLowerCase(),
    channelOrder: {
      ios: ["companyPortal", "email"],
      windows: ["teams"],
      android: [],
      "*": ["email", "teams"],
    },
    requireReason: true,
    ticketPattern: /^(?:INC\d{7})$/,
    compliance: "require-reason",
    quietHours: { days: [1, 2, 3, 4, 5], from: 1200, to: 420, timeZone: "Europe/Paris" },
  });
});

test("all that is wrong is said in one message, by name", () => {
  const complaint = complaintAbout({
    TENANT_ID: "contoso.onmicrosoft.com",
    API_CLIENT_ID: undefined,
    KEY_VAULT_URL: "http://vault.example",
    AzureWebJobsStorage: undefined,
    PUBLIC_URL: undefined,
    ORGANIZATION_NAME: "",
    SESSION_MINUTES: "0",
    ALLOW_CORPORATE_ANDROID: "yes",
  });
  expect(complaint).toEqual([
    "- TENANT_ID: must be a GUID",
    "- API_CLIENT_ID: is required",
    "- KEY_VAULT_URL: must start with https://",
    "- ORGANIZATION_NAME: is required",
    "- ALLOW_CORPORATE_ANDROID: must be true or false",
    expect.stringMatching(/^- SESSION_MINUTES: /),
    expect.stringMatching(/^- AzureWebJobsStorage: is required/),
    expect.stringMatching(/^- PUBLIC_URL: is required/),
  ]);
});

test("a wrong setting is named, its value is not repeated", () => {
  const secret = "AccountKey=c2VjcmV0";
  const complaint = complaintAbout({ TENANT_ID: secret, KEY_VAULT_URL: secret, AzureWebJobsStorage: undefined });
  expect(complaint).toHaveLength(3);
  expect(complaint.join()).not.toContain("c2VjcmV0");
});

describe("An address", () => {
  test.each([
    "http://vault.example",
    "ftp://vault.example",
    "javascript:alert(1)",
    "vault.example",
    "//vault.example",
    "https://user@vault.example",
    "https://:pass@vault.example",
    "https://vault.example/?x=1",
    "https://vault.example/#x",
    "http://127.0.0.1.example",
    "http://localhost.example",
    "http://10.0.0.1",
    "ftp://127.0.0.1",
    "ws://localhost",
    "https://",
  ])("%s is refused", (text) => {
    expect(complaintAbout({ KEY_VAULT_URL: text })).toEqual([expect.stringMatching(/^- KEY_VAULT_URL: must /)]);
  });

  test.each(["http://127.0.0.1:8080", "http://localhost", "http://[::1]:1", "https://vault.example"])(
    "%s is taken: https, or plain http on loopback",
    (text) => {
      expect(withSettings({ KEY_VAULT_URL: `${text}/` }).keyVaultUrl).toBe(text);
    },
  );

  test.each(["ENTRA_URL", "GRAPH_URL", "TEAMVIEWER_LOGIN_URL", "TEAMVIEWER_API_URL", "PUBLIC_URL", "TERMS_URL"])(
    "%s is held to the same rule",
    (name) => {
      expect(complaintAbout({ [name]: "http://elsewhere.example" })).toEqual([`- ${name}: must start with https://`]);
    },
  );

  test("of an origin that may call is held to the same rule", () => {
    expect(complaintAbout({ ALLOWED_ORIGINS: "https://a.example,http://b.example" })).toHaveLength(1);
    expect(complaintAbout({ ALLOWED_ORIGINS: "*" })).toHaveLength(1);
  });
});

test("an address is kept without the slashes at its end, however many there are", () => {
  expect(withSettings({ KEY_VAULT_URL: "https://vault.example///" }).keyVaultUrl).toBe("https://vault.example");
});

test("yes or no is said as true or false, and false is no", () => {
  expect(withSettings({ ALLOW_CORPORATE_ANDROID: "false" }).allowCorporateAndroid).toBe(false);
  expect(withSettings({ ALLOW_CORPORATE_ANDROID: "true" }).allowCorporateAndroid).toBe(true);
  for (const other of ["TRUE", "1", "no"]) expect(complaintAbout({ ALLOW_CORPORATE_ANDROID: other })).toHaveLength(1);
});

test("rights in Intune are on or off", () => {
  expect(withSettings({ INTUNE_RBAC: "off" }).intuneRbac).toBe(false);
  for (const other of ["true", "ON", "yes"])
    expect(complaintAbout({ INTUNE_RBAC: other })).toEqual(["- INTUNE_RBAC: must be on or off"]);
});

test("whatever names a client is a GUID", () => {
  for (const name of ["ALLOWED_CLIENTS", "AZURE_CLIENT_ID", "API_CLIENT_ID", "PORTAL_CLIENT_ID"])
    expect(complaintAbout({ [name]: "portal" })).toEqual([`- ${name}: must be a GUID`]);
});

test("a webhook may lead to this machine only where that is said", () => {
  expect(withSettings({ WEBHOOK_ALLOW_LOOPBACK: "false" }).webhookAllowLoopback).toBe(false);
  expect(complaintAbout({ WEBHOOK_ALLOW_LOOPBACK: "on" })).toHaveLength(1);
});

describe("Numbers", () => {
  test.each([
    ["SHOW_AGENT_NAME", "yes"],
    ["SESSION_MINUTES", "0"],
    ["SESSION_MINUTES", "1441"],
    ["SESSION_MINUTES", "7.5"],
    ["SESSION_MINUTES", "an hour"],
    ["SESSION_RETENTION_DAYS", "0"],
    ["SESSION_RETENTION_DAYS", "3651"],
    ["AUDIT_RETENTION_MONTHS", "0"],
    ["AUDIT_RETENTION_MONTHS", "121"],
  ])("%s=%s is refused", (name, value) => {
    expect(complaintAbout({ [name]: value })).toEqual([expect.stringContaining(`- ${name}: `)]);
  });

  test("that are none are told between which they have to lie", () => {
    expect(complaintAbout({ SESSION_MINUTES: "an hour" })).toEqual([expect.stringContaining("from 1 to 1440")]);
  });

  test.each([
    ["SESSION_MINUTES", "1", "1440"],
    ["SESSION_RETENTION_DAYS", "1", "3650"],
    ["AUDIT_RETENTION_MONTHS", "1", "120"],
  ])("of %s may be %s, and %s", (name, least, most) => {
    expect(complaintAbout({ [name]: least })).toEqual([]);
    expect(complaintAbout({ [name]: most })).toEqual([]);
  });
});

test.each(["e", "english!", "en_US", "en-"])("%s is no language tag", (tag) => {
  expect(complaintAbout({ DEFAULT_LANGUAGE: tag })).toEqual([
    "- DEFAULT_LANGUAGE: must be a language tag such as en or pt-BR",
  ]);
});

test.each(["fr", "zh-Hant-TW", "es-419"])("%s is a language tag", (tag) => {
  expect(withSettings({ DEFAULT_LANGUAGE: tag }).defaultLanguage).toBe(tag);
});

test("spaces around a value that was pasted are dropped", () => {
  const pasted = withSettings({ TEAMVIEWER_CLIENT_ID: " 123456-app ", TERMS_VERSION: " 7 " });
  expect(pasted).toMatchObject({ teamviewerClientId: "123456-app", termsVersion: "7" });
  expect(complaintAbout({ TEAMVIEWER_CLIENT_ID: " " })).toHaveLength(1);
});

test("an organization's name has at most 100 characters", () => {
  expect(withSettings({ ORGANIZATION_NAME: "x".repeat(100) }).organizationName).toHaveLength(100);
  expect(complaintAbout({ ORGANIZATION_NAME: "x".repeat(101) })).toEqual([expect.stringContaining("at most 100")]);
  expect(complaintAbout({ ORGANIZATION_NAME: "   " })).toHaveLength(1);
});

describe("In App Service", () => {
  test("the public address follows from the host's name, unless it is set", () => {
    const here = { PUBLIC_URL: undefined, WEBSITE_HOSTNAME: "help.azurewebsites.net" };
    expect(withSettings(here).publicUrl).toBe("https://help.azurewebsites.net");
    expect(withSettings({ ...here, PUBLIC_URL: "https://help.example" }).publicUrl).toBe("https://help.example");
  });
});

describe("Storage by identity", () => {
  const services = {
    AzureWebJobsStorage: undefined,
    AzureWebJobsStorage__queueServiceUri: "https://q.example",
    AzureWebJobsStorage__tableServiceUri: "https://t.example",
  };

  test("takes the addresses of queues and tables, and the identity's client id", () => {
    expect(withSettings({ ...services, AzureWebJobsStorage__clientId: CLIENT }).storage).toEqual({
      queueUrl: "https://q.example",
      tableUrl: "https://t.example",
      clientId: CLIENT,
    });
  });

  test("takes the address of blobs, which sealing needs, and refuses one that cannot be used", () => {
    const blobs = (url: string) => ({ ...services, AzureWebJobsStorage__blobServiceUri: url });
    expect(withSettings(blobs("https://b.example/")).storage).toMatchObject({ blobUrl: "https://b.example/" });
    expect(withSettings(services).storage).toMatchObject({ blobUrl: undefined });
    expect(complaintAbout(blobs("http://b.example"))).toEqual([
      "- AzureWebJobsStorage__blobServiceUri: must start with https://",
    ]);
  });

  test("needs both addresses, over https", () => {
    for (const missing of ["tableServiceUri", "queueServiceUri"])
      expect(complaintAbout({ ...services, [`AzureWebJobsStorage__${missing}`]: "" })).toEqual([
        expect.stringMatching(/^- AzureWebJobsStorage: is required/),
      ]);
    expect(complaintAbout({ ...services, AzureWebJobsStorage__queueServiceUri: "http://q.example" })).toEqual([
      expect.stringMatching(/must start with https:\/\//),
    ]);
  });

  test("a connection string comes first, as for the Functions host", () => {
    const connectionString = "UseDevelopmentStorage=true";
    expect(withSettings({ ...services, AzureWebJobsStorage: connectionString }).storage).toEqual({ connectionString });
  });

  test.each([
    "UseDevelopmentStorage=true;DevelopmentStorageProxyUri=http://127.0.0.1",
    "DefaultEndpointsProtocol=https;AccountName=helpdesk;AccountKey=c2VjcmV0;EndpointSuffix=core.windows.net",
    "BlobEndpoint=https://b.example;QueueEndpoint=https://q.example;TableEndpoint=https://t.example;SharedAccessSignature=sv=1",
  ])("may be the connection string %s", (connectionString) => {
    expect(withSettings({ AzureWebJobsStorage: connectionString }).storage).toEqual({ connectionString });
  });

  test.each(["https://helpdesk.table.core.windows.net", "AccountName=helpdesk", "AccountKey=c2VjcmV0", "x"])(
    "cannot be the connection string %s, which is not repeated",
    (connectionString) => {
      expect(complaintAbout({ AzureWebJobsStorage: connectionString })).toEqual([
        "- AzureWebJobsStorage: must be a connection string of a storage account, with AccountName and AccountKey",
      ]);
    },
  );
});

test("elsewhere the public address has to be set, even if nothing else is missing", () => {
  expect(complaintAbout({ PUBLIC_URL: undefined })).toEqual([expect.stringMatching(/^- PUBLIC_URL: is required/)]);
});

test("a public address leaves room for the words of a notification", () => {
  const longest = `https://${"a".repeat(192)}`;
  expect(withSettings({ PUBLIC_URL: longest }).publicUrl).toBe(longest);
  expect(complaintAbout({ PUBLIC_URL: `${longest}a` })).toEqual(["- PUBLIC_URL: must have at most 200 characters"]);
});

describe("Channels to users", () => {
  const inOrder = (text: string) => withSettings({ NOTIFICATION_CHANNELS: text }).channelOrder;

  test("are tried in the order that is given, on every platform or on those that are named", () => {
    expect(inOrder("email, companyPortal")).toEqual({ "*": ["email", "companyPortal"] });
    expect(inOrder("macos=email")).toEqual({ "*": ["companyPortal", "teams", "email"], macos: ["email"] });
    expect(inOrder("email;ios=teams")).toEqual({ "*": ["email"], ios: ["teams"] });
  });

  test.each([
    "sms",
    "Email",
    "companyPortal,email,companyPortal",
    "companyPortal,,email",
    "linux=email",
    "Windows=email",
    "=email",
    "ios=email;ios=teams",
    "email;*=teams",
    "ios=email=teams",
    "windows=email,sms",
  ])("%s is refused, and what can be named is said", (text) => {
    expect(complaintAbout({ NOTIFICATION_CHANNELS: text })).toEqual([
      expect.stringMatching(/^- NOTIFICATION_CHANNELS: must be .*companyPortal, teams, email.*windows, macos, ios/),
    ]);
  });

  test("by e-mail come from a mailbox, named by its address or its user's object id", () => {
    expect(withSettings({ MAIL_SENDER: CLIENT }).mailSender).toBe(CLIENT);
    for (const other of ["it-support", "a@b@c", "IT <it@contoso.example>", "it@contoso.example, hr@contoso.example"])
      expect(complaintAbout({ MAIL_SENDER: other })).toEqual([
        "- MAIL_SENDER: must be a mailbox's address or its user's object id",
      ]);
  });

  test("in Teams are a Teams app's, named by its id", () => {
    expect(complaintAbout({ TEAMS_APP_ID: "remote-help" })).toEqual(["- TEAMS_APP_ID: must be a GUID"]);
  });
});
