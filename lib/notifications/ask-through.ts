import type { Channel, Device } from "../devices/device.ts";
import type { Senders, SendResult } from "./ports.ts";
import { mailText, notificationText, teamsText } from "./texts.ts";

/** What a user is asked, and on which device. `url` is the answer page. */
export type Ask = {
  device: Device;
  language: string;
  organization: string;
  matchCode: string;
  url: string;
  reason?: string | undefined;
};

export type AskThrough = (channel: Channel, ask: Ask) => Promise<SendResult>;

const notUsable = async (): Promise<SendResult> => ({ state: "failed", reason: "channel-not-usable" });

/** Asks the user of a device through one channel, in its own words and lengths. */
export function makeAskThrough({ companyPortal, teams, email }: Senders): AskThrough {
  const through: Record<Channel, (ask: Ask) => Promise<SendResult>> = {
    companyPortal: ({ device: { id: deviceId }, url, ...ask }) =>
      companyPortal.send({ deviceId, ...notificationText({ ...wordsOf(ask), url }) }),
    teams: ({ device: { userId }, url, ...ask }) =>
      teams && userId ? teams.send({ userId, ...teamsText(wordsOf(ask)), url }) : notUsable(),
    email: ({ device: { email: to, name: device }, ...ask }) =>
      email && to ? email.send({ to, ...mailText({ ...ask, device }) }) : notUsable(),
  };
  return (channel, ask) => through[channel](ask);
}

const wordsOf = ({ language, organization, matchCode }: Omit<Ask, "device" | "url">) => ({
  language,
  organization,
  matchCode,
});
