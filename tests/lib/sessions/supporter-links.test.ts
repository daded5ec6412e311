import { describe, expect, test } from "@jest/globals";
import { AppError } from "../../../lib/errors.ts";
import { sessionStates } from "../../../lib/sessions/session.ts";
import { aHelpdesk, bot, bruno, MINUTE_MS } from "./a-helpdesk.ts";
import { aSession } from "./a-session.ts";

const LINK = "https://get.teamviewer.example/supporter/s1";
const session = aSession({ code: "s1", requestedBy: "bruno" });

function linked() {
  const desk = aHelpdesk();
  desk.remotes.push({
    code: "s1",
    ourId: session.id,
    state: "open",
    online: false,
    supporterUrl: LINK,
    endCustomerUrl: "https://c.example",
  });
  const asked = () => desk.journal.countOf("remote.find");
  return { ...desk, asked };
}

describe("The agent who asked for a session", () => {
  test("gets its link, asked from TeamViewer at most once a minute", async () => {
    const { links, asked, advance } = linked();
    expect(await links.ofSession(session, bruno)).toBe(LINK);
    advance(MINUTE_MS - 1);
    expect(await links.ofSession(session, bruno)).toBe(LINK);
    expect(asked()).toBe(1);
    advance(1);
    expect(await links.ofSession(session, bruno)).toBe(LINK);
    expect(asked()).toBe(2);
  });

  test("and asks many times at once makes one call", async () => {
    const { links, asked } = linked();
    expect(new Set(await Promise.all(Array.from({ length: 10 }, () => links.ofSession(session, bruno))))).toEqual(
      new Set([LINK]),
    );
    expect(asked()).toBe(1);
  });

  test("gets what was just opened without a call", async () => {
    const { links, asked, advance } = linked();
    links.remember(session, "https://just.opened");
    expect(await links.ofSession(session, bruno)).toBe("https://just.opened");
    expect(asked()).toBe(0);
    advance(MINUTE_MS);
    expect(await links.ofSession(session, bruno)).toBe(LINK);
  });

  test.each(["remote.find", "access.current"])(
    "sees the session without link while %s fails, and the link right after",
    async (call) => {
      const { links, journal } = linked();
      journal.fail(call, 1, new AppError("upstream-unavailable", "away"));
      expect(await links.ofSession(session, bruno)).toBeUndefined();
      expect(await links.ofSession(session, bruno)).toBe(LINK);
    },
  );

  test("hears of what nobody foresaw", async () => {
    const { links, journal } = linked();
    journal.fail("remote.find");
    await expect(links.ofSession(session, bruno)).rejects.toThrow("remote.find is away");
  });
});

test("nobody else gets the link, not even while it is remembered", async () => {
  const { links, asked } = linked();
  links.remember(session, LINK);
  expect(await links.ofSession(session, bot)).toBeUndefined();
  expect(asked()).toBe(0);
});

test.each(sessionStates)("a link is a key only while the session lives (%s)", async (state) => {
  const { links } = linked();
  links.remember(session, LINK);
  const isAlive = ["open", "accepted", "inProgress"].includes(state);
  expect(await links.ofSession({ ...session, state }, bruno)).toBe(isAlive ? LINK : undefined);
});

test("a session that TeamViewer never had has no link", async () => {
  const { links, asked } = linked();
  const { code: _none, ...bare } = session;
  expect(await links.ofSession(bare, bruno)).toBeUndefined();
  expect(asked()).toBe(0);
});

test("a thousand links are remembered; one more makes the oldest forgotten, and one that was renewed is not old", async () => {
  const { links, asked } = linked();
  const numbered = (number: number) => ({ ...session, id: String(number) });
  for (let number = 0; number < 1000; number += 1) links.remember(numbered(number), `link ${number}`);
  links.remember(numbered(0), "renewed");
  expect(await links.ofSession(numbered(1), bruno)).toBe("link 1");
  links.remember(numbered(1000), "link 1000");
  expect(await links.ofSession(numbered(0), bruno)).toBe("renewed");
  expect(await links.ofSession(numbered(2), bruno)).toBe("link 2");
  expect(asked()).toBe(0);
  expect(await links.ofSession(numbered(1), bruno)).toBe(LINK);
  expect(asked()).toBe(1);
});
