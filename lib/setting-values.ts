import * as z from "zod";

/** Through what users can be told. */
export const channelNames = ["companyPortal", "teams", "email"] as const;
const platformNames = ["windows", "macos", "ios", "ipados", "android", "*"] as const;

/** In which order channels to users are tried, by platform; `*` for those that are not named. */
export type ChannelOrder = { "*": ChannelNames } & { [P in (typeof platformNames)[number]]?: ChannelNames };
type ChannelNames = readonly (typeof channelNames)[number][];

/** An id of Entra, Intune or Teams. */
export const guid = z.guid("must be a GUID");
/** An https address (http on loopback) without its trailing slash. */
export const address = z.string().transform((text, context) => {
  const problem = addressProblem(text);
  if (!problem) return text.replace(/\/+$/, "");
  context.addIssue({ code: "custom", message: problem });
  return z.NEVER;
});
/** Items with commas between them. */
export const list = z.string().transform((text) =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== ""),
);
/** A whole number within limits. */
export const wholeNumber = (least: number, most: number) =>
  z.coerce.number(`must be a whole number from ${least} to ${most}`).int().min(least).max(most);
/** `true` or `false`. */
export const yesOrNo = z.enum(["true", "false"], "must be true or false").transform((text) => text === "true");
const MAIL_ADDRESS = /^[^\s@<>,;]{1,64}@[^\s@<>,;]{1,255}$/;
/** Where e-mails come from: an address, or the object id of its user. */
export const mailbox = z
  .string()
  .trim()
  .refine(
    (text) => MAIL_ADDRESS.test(text) || guid.safeParse(text).success,
    "must be a mailbox's address or its user's object id",
  );
/** Channels in order, for all platforms or by platform. */
export const channelOrder = z.string().transform((text, context) => {
  const order = channelOrderOf(text);
  if (order) return order;
  const message =
    `must be channels in order (${channelNames.join(", ")}), or such lists for platforms (${platformNames.join(", ")}), ` +
    "each named once, as in ios=companyPortal,email;*=teams,email";
  context.addIssue({ code: "custom", message });
  return z.NEVER;
});

/** `companyPortal,email`, or `ios=companyPortal;*=teams,email`; undefined when it names something unknown, or twice. */
function channelOrderOf(text: string): ChannelOrder | undefined {
  const parts = text.split(";").filter((part) => part.trim() !== "");
  const lists = parts.map((part) => (part.includes("=") ? part : `*=${part}`).split("=").map((side) => side.trim()));
  const platforms = lists.map(([platform]) => platform);
  if (new Set(platforms).size < platforms.length) return undefined;
  const order: ChannelOrder = { "*": channelNames };
  for (const [name, channels = "", ...rest] of lists) {
    const platform = platformNames.find((known) => known === name);
    const named = channels === "" ? [] : channels.split(",").map((channel) => channel.trim());
    const known = channelNames.filter((channel) => named.includes(channel));
    if (!platform || rest.length > 0 || known.length < named.length) return undefined;
    order[platform] = known.sort((a, b) => named.indexOf(a) - named.indexOf(b));
  }
  return order;
}

/** Whether `text` is a connection string that the storage SDKs take: with a key, with a shared access signature, or Azurite's short one. */
export const isConnectionString = (text: string): boolean =>
  /^UseDevelopmentStorage=true\b/.test(text) ||
  /(^|;)SharedAccessSignature=./.test(text) ||
  (/(^|;)AccountName=./.test(text) && /(^|;)AccountKey=./.test(text));

/** Why `text` cannot be an address of ours: it must be https, or http on a loopback host. */
export function addressProblem(text: string): string | undefined {
  const url = URL.parse(text);
  if (!url) return "must be an address such as https://name.example";
  if (url.username || url.password || url.search || url.hash)
    return "must be an address without user, query or fragment";
  if (url.protocol === "https:") return undefined;
  const isLoopback = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  return url.protocol === "http:" && isLoopback ? undefined : "must start with https://";
}
