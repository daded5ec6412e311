import * as z from "zod";
import { compliancePolicy, type QuietHours, quietHours, ticketPattern } from "./setting-policy.ts";
import {
  address,
  addressProblem,
  type ChannelOrder,
  channelNames,
  channelOrder,
  guid,
  isConnectionString,
  list,
  mailbox,
  wholeNumber,
  yesOrNo,
} from "./setting-values.ts";

/** What the app was told, checked. Addresses have no trailing slash; durations say their unit. */
export type Settings = {
  tenantId: string;
  apiClientId: string;
  /** The single-page application that people sign in to the portal with. */
  portalClientId: string;
  allowedClients: readonly string[];
  entraUrl: string;
  graphUrl: string;
  teamviewerLoginUrl: string;
  teamviewerApiUrl: string;
  teamviewerClientId: string;
  keyVaultUrl: string;
  storage: StorageSettings;
  managedIdentityClientId: string | undefined;
  publicUrl: string;
  organizationName: string;
  defaultLanguage: string;
  termsVersion: string;
  termsUrl: string;
  allowCorporateAndroid: boolean;
  /** People need the Intune permission besides the app role. */
  intuneRbac: boolean;
  /** Users read the first name of the person who asks. */
  showAgentName: boolean;
  sessionMinutes: number;
  sessionRetentionDays: number;
  auditRetentionMonths: number;
  allowedOrigins: readonly string[];
  webhookAllowLoopback: boolean;
  /** The mailbox that e-mails to users come from; without one there are none. */
  mailSender: string | undefined;
  /** The Teams app in whose name users are told; without one they are not. */
  teamsAppId: string | undefined;
  channelOrder: ChannelOrder;
  /** What a request for a session must say, and when users are not notified. */
  requireReason: boolean;
  ticketPattern: RegExp | undefined;
  compliance: z.infer<typeof compliancePolicy>;
  quietHours: QuietHours | undefined;
};

/** Storage as the Functions host reads it: one connection string, or the addresses of its services with an identity. */
export type StorageSettings =
  | { connectionString: string }
  | { queueUrl: string; tableUrl: string; blobUrl: string | undefined; clientId: string | undefined };

const schema = z.object({
  TENANT_ID: guid,
  API_CLIENT_ID: guid,
  PORTAL_CLIENT_ID: guid.optional(),
  ALLOWED_CLIENTS: list.pipe(z.array(guid)).default([]),
  ENTRA_URL: address.default("https://login.microsoftonline.com"),
  GRAPH_URL: address.default("https://graph.microsoft.com"),
  TEAMVIEWER_LOGIN_URL: address.default("https://login.teamviewer.com"),
  TEAMVIEWER_API_URL: address.default("https://webapi.teamviewer.com"),
  TEAMVIEWER_CLIENT_ID: z.string().trim().min(1).max(200),
  KEY_VAULT_URL: address,
  AZURE_CLIENT_ID: guid.optional(),
  // A notification has 500 characters, and the link in it is never cut.
  PUBLIC_URL: address.pipe(z.string().max(200, "must have at most 200 characters")).optional(),
  WEBSITE_HOSTNAME: z.string().optional(),
  ORGANIZATION_NAME: z.string().trim().min(1).max(100, "must have at most 100 characters"),
  DEFAULT_LANGUAGE: z
    .string()
    .regex(/^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$/, "must be a language tag such as en or pt-BR")
    .default("en"),
  TERMS_VERSION: z.string().trim().min(1).max(50).default("1"),
  TERMS_URL: address.default("https://www.teamviewer.com/en/legal/eula"),
  ALLOW_CORPORATE_ANDROID: yesOrNo.default(false),
  INTUNE_RBAC: z
    .enum(["on", "off"], "must be on or off")
    .transform((text) => text === "on")
    .default(false),
  SHOW_AGENT_NAME: yesOrNo.default(false),
  SESSION_MINUTES: wholeNumber(1, 1440).default(60),
  SESSION_RETENTION_DAYS: wholeNumber(1, 3650).default(90),
  AUDIT_RETENTION_MONTHS: wholeNumber(1, 120).default(24),
  ALLOWED_ORIGINS: list.pipe(z.array(address)).default([]),
  WEBHOOK_ALLOW_LOOPBACK: yesOrNo.default(false),
  MAIL_SENDER: mailbox.optional(),
  TEAMS_APP_ID: guid.optional(),
  NOTIFICATION_CHANNELS: channelOrder.default({ "*": channelNames }),
  REQUIRE_REASON: yesOrNo.default(false),
  TICKET_PATTERN: ticketPattern.optional(),
  COMPLIANCE: compliancePolicy.default("ignore"),
  QUIET_HOURS: quietHours.optional(),
});

/** Reads the settings or throws one Error that lists everything that is wrong with them. Empty counts as not set. */
export function readSettings(env: Record<string, string | undefined>): Settings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""));
  // Once in a process: to compile a parser for it, as zod otherwise does, takes four times as long.
  const parsed = schema.safeParse(given, { jitless: true });
  const problems = parsed.success ? [] : parsed.error.issues.map((issue) => describe(issue, given));
  const storage = readStorage(given);
  if (typeof storage === "string") problems.push(storage);
  if (!given.PUBLIC_URL && !given.WEBSITE_HOSTNAME) {
    problems.push("PUBLIC_URL: is required outside App Service (there it follows from WEBSITE_HOSTNAME)");
  }
  if (!parsed.success || typeof storage === "string" || problems.length > 0) {
    throw new Error(`The settings cannot be used. Correct these and start again:\n- ${problems.join("\n- ")}`);
  }
  const { data } = parsed;
  return {
    tenantId: data.TENANT_ID.toLowerCase(),
    apiClientId: data.API_CLIENT_ID.toLowerCase(),
    portalClientId: (data.PORTAL_CLIENT_ID ?? data.API_CLIENT_ID).toLowerCase(),
    allowedClients: data.ALLOWED_CLIENTS.map((client) => client.toLowerCase()),
    entraUrl: data.ENTRA_URL,
    graphUrl: data.GRAPH_URL,
    teamviewerLoginUrl: data.TEAMVIEWER_LOGIN_URL,
    teamviewerApiUrl: data.TEAMVIEWER_API_URL,
    teamviewerClientId: data.TEAMVIEWER_CLIENT_ID,
    keyVaultUrl: data.KEY_VAULT_URL,
    storage,
    managedIdentityClientId: data.AZURE_CLIENT_ID,
    publicUrl: data.PUBLIC_URL ?? `https://${data.WEBSITE_HOSTNAME}`,
    organizationName: data.ORGANIZATION_NAME,
    defaultLanguage: data.DEFAULT_LANGUAGE,
    termsVersion: data.TERMS_VERSION,
    termsUrl: data.TERMS_URL,
    allowCorporateAndroid: data.ALLOW_CORPORATE_ANDROID,
    intuneRbac: data.INTUNE_RBAC,
    showAgentName: data.SHOW_AGENT_NAME,
    sessionMinutes: data.SESSION_MINUTES,
    sessionRetentionDays: data.SESSION_RETENTION_DAYS,
    auditRetentionMonths: data.AUDIT_RETENTION_MONTHS,
    allowedOrigins: data.ALLOWED_ORIGINS,
    webhookAllowLoopback: data.WEBHOOK_ALLOW_LOOPBACK,
    mailSender: data.MAIL_SENDER,
    teamsAppId: data.TEAMS_APP_ID?.toLowerCase(),
    channelOrder: data.NOTIFICATION_CHANNELS,
    requireReason: data.REQUIRE_REASON,
    ticketPattern: data.TICKET_PATTERN,
    compliance: data.COMPLIANCE,
    quietHours: data.QUIET_HOURS,
  };
}

function readStorage(given: Record<string, string | undefined>): StorageSettings | string {
  const connectionString = given.AzureWebJobsStorage;
  if (connectionString) {
    if (isConnectionString(connectionString)) return { connectionString };
    return "AzureWebJobsStorage: must be a connection string of a storage account, with AccountName and AccountKey";
  }
  const queueUrl = given.AzureWebJobsStorage__queueServiceUri;
  const tableUrl = given.AzureWebJobsStorage__tableServiceUri;
  if (!queueUrl || !tableUrl) {
    return "AzureWebJobsStorage: is required (or AzureWebJobsStorage__queueServiceUri and AzureWebJobsStorage__tableServiceUri)";
  }
  const problem = addressProblem(queueUrl) ?? addressProblem(tableUrl);
  if (problem) return `AzureWebJobsStorage__queueServiceUri, AzureWebJobsStorage__tableServiceUri: ${problem}`;
  // Sealing the audit needs it, and says so when it is missing; everything else works without.
  const blobUrl = given.AzureWebJobsStorage__blobServiceUri;
  const blobProblem = blobUrl && addressProblem(blobUrl);
  if (blobProblem) return `AzureWebJobsStorage__blobServiceUri: ${blobProblem}`;
  return { queueUrl, tableUrl, blobUrl, clientId: given.AzureWebJobsStorage__clientId };
}

function describe(issue: z.core.$ZodIssue, given: Record<string, string | undefined>): string {
  const name = String(issue.path[0]);
  return `${name}: ${given[name] === undefined ? "is required" : issue.message}`;
}
