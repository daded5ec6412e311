import { expect, test } from "@jest/globals";
import { channels } from "../../../lib/devices/device.ts";
import { type Ask, makeAskThrough } from "../../../lib/notifications/ask-through.ts";
import type { SendResult } from "../../../lib/notifications/ports.ts";
import { mailText, notificationText, teamsText } from "../../../lib/notifications/texts.ts";
import { aDevice } from "../devices/a-device.ts";

const device = aDevice();
const words = { language: "fr", organization: "Contoso", matchCode: "4831" };
const url = "https://assist.contoso.example/h/1";
const ask: Ask = { device, ...words, url, reason: "The screen stays black" };

function sending(result: SendResult = { state: "sent" }) {
  const sent: unknown[] = [];
  const sender = {
    send: async (notification: unknown) => {
      sent.push(notification);
      return result;
    },
  };
  return { sent, through: makeAskThrough({ companyPortal: sender, teams: sender, email: sender }) };
}

test("Company Portal shows title and text, with the link in the text, on the device", async () => {
  const { sent, through } = sending();
  expect(await through("companyPortal", ask)).toEqual({ state: "sent" });
  expect(sent).toEqual([{ deviceId: device.id, ...notificationText({ ...words, url }) }]);
});

test("Teams shows title and preview to the user, and leads to the link", async () => {
  const { sent, through } = sending();
  await through("teams", ask);
  expect(sent).toEqual([{ userId: device.userId, ...teamsText(words), url }]);
});

test("the e-mail goes to the address that the device's user has, and says why and on which device", async () => {
  const { sent, through } = sending();
  await through("email", ask);
  const mail = mailText({ ...words, url, device: device.name, reason: "The screen stays black" });
  expect(sent).toEqual([{ to: device.email, ...mail }]);
});

test.each(channels)("what the service says of it is handed on (%s)", async (channel) => {
  const { through } = sending({ state: "later", afterSeconds: 7 });
  expect(await through(channel, ask)).toEqual({ state: "later", afterSeconds: 7 });
});

test("nothing is sent to nobody, nor through what is not set up", async () => {
  const { sent, through } = sending();
  const refused = { state: "failed", reason: "channel-not-usable" };
  expect(await through("teams", { ...ask, device: aDevice({ userId: undefined }) })).toEqual(refused);
  expect(await through("email", { ...ask, device: aDevice({ email: undefined }) })).toEqual(refused);
  const bare = makeAskThrough({
    companyPortal: { send: async () => ({ state: "sent" }) },
    teams: undefined,
    email: undefined,
  });
  expect([await bare("teams", ask), await bare("email", ask)]).toEqual([refused, refused]);
  expect(sent).toEqual([]);
});
