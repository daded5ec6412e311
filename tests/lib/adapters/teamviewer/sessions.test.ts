import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { StandInAnswer, StandInRequest } from "../../../../infra/local/stand-in.ts";
import { makeOutbound } from "../../../../lib/adapters/outbound.ts";
import { makeCallWithAccess } from "../../../../lib/adapters/teamviewer/renewing.ts";
import { makeTeamViewerSessions } from "../../../../lib/adapters/teamviewer/sessions.ts";
import type { Access } from "../../../../lib/connector/access.ts";
import { AppError } from "../../../../lib/errors.ts";
import { startAnswering } from "../answering.ts";

const OUR_ID = "0123456789abcdef0123456789abcdef";
const CODE = "s123-456-789";
const access: Access = { connectionId: "c1", accessToken: "token-1", groupId: "g7" };
const asked = { ourId: OUR_ID, description: "Help for PC-001", validUntil: "2026-11-22T11:00:00.000Z" };
const EPOCH = new Date(0);
const customApi = (ourId: unknown = OUR_ID, connector = "intune-remote-assistance") =>
  JSON.stringify({ connector, sessionId: ourId });
const row = (changes: Record<string, unknown> = {}) => ({
  code: CODE,
  state: "Open",
  online: true,
  custom_api: customApi(),
  created_at: "2026-11-22T10:00:00Z",
  end_customer_link: "https://get.teamviewer.com/s123456789",
  supporter_link: "https://get.teamviewer.com/v15/s123456789-token",
  ...changes,
});
const remote = {
  code: CODE,
  ourId: OUR_ID,
  state: "open",
  online: true,
  supporterUrl: "https://get.teamviewer.com/v15/s123456789-token",
  endCustomerUrl: "https://get.teamviewer.com/s123456789",
};
const TOKEN_REFUSED: StandInAnswer = { status: 401, json: { error: "invalid_token" } };

let server: Awaited<ReturnType<typeof startAnswering>>;
let renewed: Access[];

beforeAll(async () => {
  server = await startAnswering("teamviewer");
});
beforeEach(() => {
  server.reset();
  renewed = [];
});
afterAll(() => server.close());

function sessions({
  renew = async (old: Access): Promise<Access> => {
    renewed.push(old);
    return { ...old, accessToken: "token-2" };
  },
  outbound = makeOutbound([server.url]),
} = {}) {
  const call = makeCallWithAccess({ apiUrl: server.url, outbound }, renew);
  return makeTeamViewerSessions({ apiUrl: server.url, loginUrl: "https://login.teamviewer.com", call });
}

const okay = (json: unknown): StandInAnswer => ({ status: 200, json });
/** Refuses every token but `token-2`. */
const afterRenewal = (answer: StandInAnswer) => (request: StandInRequest) =>
  request.headers.authorization === "Bearer token-2" ? answer : TOKEN_REFUSED;

describe("Opening a session", () => {
  test("asks TeamViewer once, and tells code and links", async () => {
    server.answerWith(okay(row()));
    expect(await sessions().open(access, asked)).toEqual({ outcome: "opened", remote });
    expect(server.journal).toHaveLength(1);
    expect(server.journal[0]).toMatchObject({
      method: "POST",
      path: "/api/v1/sessions",
      headers: { authorization: "Bearer token-1", "content-type": "application/json", accept: "application/json" },
    });
    expect(JSON.parse(server.journal[0]?.body ?? "")).toEqual({
      groupid: "g7",
      description: "Help for PC-001",
      valid_until: "2026-11-22T11:00:00Z",
      custom_api: customApi(),
    });
  });

  test("names the group where its id is unknown", async () => {
    server.answerWith(okay(row()));
    await sessions().open({ ...access, groupId: undefined }, asked);
    const body = JSON.parse(server.journal[0]?.body ?? "");
    expect(body).toMatchObject({ groupname: "Intune remote assistance" });
    expect(body).not.toHaveProperty("groupid");
  });

  test("assigns it to the agent where that is known", async () => {
    server.answerWith(okay(row()));
    await sessions().open(access, { ...asked, assigneeId: "u7" });
    expect(JSON.parse(server.journal[0]?.body ?? "")).toMatchObject({ assigned_userid: "u7" });
  });

  test("is the account's own when TeamViewer will not assign it: its agent may have left", async () => {
    server.answerWith(({ body }) =>
      body.includes("assigned_userid")
        ? { status: 400, json: { error: "invalid_request", error_description: "Bad parameter assigned_userid" } }
        : okay(row()),
    );
    expect(await sessions().open(access, { ...asked, assigneeId: "u7" })).toEqual({ outcome: "opened", remote });
    expect(server.journal).toHaveLength(2);
  });

  test("is not asked for twice after an answer that leaves open whether it was made, or a no to something else", async () => {
    const licence = { status: 400, body: "license limitations" };
    const forbidden = { status: 403, json: { error: "forbidden" } };
    for (const answer of [
      { status: 500 },
      licence,
      forbidden,
      { status: 400, json: { error: "invalid_request", error_description: "Bad parameter groupid" } },
      { status: 403, json: { error: "rate_limit_reached" } },
    ]) {
      server.journal.splice(0);
      server.answerWith(answer);
      await sessions().open(access, { ...asked, assigneeId: "u7" });
      expect(server.journal).toHaveLength(1);
    }
  });

  test("describes it by no more than TeamViewer takes", async () => {
    server.answerWith(okay(row()));
    await sessions().open(access, { ...asked, description: `${"x".repeat(4000)}y` });
    expect(JSON.parse(server.journal[0]?.body ?? "").description).toBe("x".repeat(4000));
  });

  test("asks once more with a fresh token when TeamViewer refuses this one", async () => {
    server.answerWith(afterRenewal(okay(row())));
    expect(await sessions().open(access, asked)).toEqual({ outcome: "opened", remote });
    expect(renewed).toEqual([access]);
    expect(server.journal).toHaveLength(2);
    expect(server.journal[1]?.body).toBe(server.journal[0]?.body);
  });

  test("is refused when the fresh token is refused too", async () => {
    server.answerWith(TOKEN_REFUSED);
    expect(await sessions().open(access, asked)).toMatchObject({
      outcome: "refused",
      error: { code: "upstream-unavailable", isTokenRefused: true },
    });
    expect(server.journal).toHaveLength(2);
    expect(renewed).toHaveLength(1);
  });

  test("is refused with the reason why there is no fresh token", async () => {
    server.answerWith(TOKEN_REFUSED);
    const error = new AppError("connector-needs-consent", "Connect again.");
    const renew = async () => {
      throw error;
    };
    expect(await sessions({ renew }).open(access, asked)).toEqual({ outcome: "refused", error });
    expect(server.journal).toHaveLength(1);
  });

  test.each<[string, StandInAnswer, string]>([
    ["400", { status: 400, json: { error: "invalid_request" } }, "upstream-invalid"],
    ["403", { status: 403, json: {} }, "upstream-invalid"],
    ["the licence", { status: 400, body: "License limitation reached" }, "licence-limit"],
    ["429", { status: 429, json: {} }, "upstream-unavailable"],
  ])("is refused after %s: nothing has happened there", async (_what, answer, code) => {
    server.answerWith(answer);
    expect(await sessions().open(access, asked)).toMatchObject({ outcome: "refused", error: { code } });
    expect(server.journal).toHaveLength(1);
    expect(renewed).toEqual([]);
  });

  test.each<[string, StandInAnswer]>([
    ["500", { status: 500, json: {} }],
    ["504", { status: 504, json: {} }],
    ["no JSON", { status: 200, body: "<html>" }],
    ["no code", okay(row({ code: undefined }))],
    ["a code that is a path", okay(row({ code: "s123456/../x" }))],
    ["a code that begins otherwise", okay(row({ code: "xs123-456-789" }))],
    ["a code with more behind it", okay(row({ code: "s123-456-789?" }))],
    ["a code that is too short", okay(row({ code: "s12345" }))],
    ["a code that is too long", okay(row({ code: `s${"1".repeat(21)}` }))],
    ["no link for the user", okay(row({ end_customer_link: undefined }))],
    ["no link for the agent", okay(row({ supporter_link: 7 }))],
  ])("is unknown after %s: it has to be looked up before a second try", async (_what, answer) => {
    server.answerWith(answer);
    expect(await sessions().open(access, asked)).toMatchObject({ outcome: "unknown", error: expect.any(AppError) });
    expect(server.journal).toHaveLength(1);
  });

  test("is unknown when the answer is lost, and refused when nothing was sent", async () => {
    server.addFault({ behaviour: "reset-after" });
    expect(await sessions().open(access, asked)).toMatchObject({ outcome: "unknown" });
    const nowhere = makeTeamViewerSessions({
      apiUrl: "http://127.0.0.1:1",
      loginUrl: server.url,
      call: makeCallWithAccess(
        { apiUrl: "http://127.0.0.1:1", outbound: makeOutbound(["http://127.0.0.1:1"]) },
        async (old) => old,
      ),
    });
    expect(await nowhere.open(access, asked)).toMatchObject({
      outcome: "refused",
      error: { code: "upstream-unavailable" },
    });
  });

  test.each([
    ["the agent's", { supporter_link: "https://evil.example/s1" }],
    ["the user's", { end_customer_link: "https://evil.example/s1" }],
    ["the user's, without TLS,", { end_customer_link: "http://get.teamviewer.com/s1" }],
  ])("is refused when %s link leads elsewhere, and the session does not stay open", async (_whose, changes) => {
    server.answerWith(({ method }) => (method === "POST" ? okay(row(changes)) : { status: 204 }));
    expect(await sessions().open(access, asked)).toMatchObject({
      outcome: "refused",
      error: { code: "upstream-invalid", message: expect.stringMatching(/link.* administrator/) },
    });
    expect(server.journal.map(({ method, path, body }) => [method, path, body])).toEqual([
      ["POST", "/api/v1/sessions", expect.any(String)],
      ["PUT", `/api/v1/sessions/${CODE}`, '{"state":"closed"}'],
    ]);
  });

  test("is refused so even when such a session cannot be closed", async () => {
    const changes = { supporter_link: "https://evil.example/s1" };
    server.answerWith(({ method }) => (method === "POST" ? okay(row(changes)) : { status: 500 }));
    expect(await sessions().open(access, asked)).toMatchObject({
      outcome: "refused",
      error: { message: expect.stringMatching(/link/) },
    });
  });

  test("takes links of the very hosts that are configured as TeamViewer's", async () => {
    server.answerWith(okay(row({ supporter_link: `${server.url}/s1`, end_customer_link: `${server.url}/s1` })));
    expect(await sessions().open(access, asked)).toMatchObject({ outcome: "opened" });
    const ownHost = makeTeamViewerSessions({
      apiUrl: server.url,
      loginUrl: "https://tv.contoso.example",
      call: makeCallWithAccess({ apiUrl: server.url, outbound: makeOutbound([server.url]) }, async (old) => old),
    });
    server.answerWith(okay(row({ supporter_link: "https://tv.contoso.example/s1" })));
    expect(await ownHost.open(access, asked)).toMatchObject({ outcome: "opened" });
  });

  test("lets an error through that is none of TeamViewer's", async () => {
    const outbound = async () => {
      throw new TypeError("a fault of our own");
    };
    await expect(sessions({ outbound }).open(access, asked)).rejects.toThrow(TypeError);
  });
});

describe("Looking up a session", () => {
  test("by its code asks once", async () => {
    server.answerWith(okay(row()));
    expect(await sessions().find(access, CODE)).toEqual(remote);
    expect(server.journal).toHaveLength(1);
    expect(server.journal[0]).toMatchObject({ method: "GET", path: `/api/v1/sessions/${CODE}`, body: "" });
    expect(server.journal[0]?.headers).not.toHaveProperty("content-type");
  });

  test.each([
    ["Open", "open"],
    ["open", "open"],
    ["Closed", "closed"],
    ["Paused", "unknown"],
    [null, "unknown"],
    [undefined, "unknown"],
  ])("tells TeamViewer's state %p as %s", async (state, told) => {
    server.answerWith(okay(row({ state })));
    expect((await sessions().find(access, CODE)).state).toBe(told);
  });

  test.each([
    [true, true],
    [false, false],
    [null, false],
    [undefined, false],
  ])("tells whether the user is there: %p", async (online, told) => {
    server.answerWith(okay(row({ online })));
    expect((await sessions().find(access, CODE)).online).toBe(told);
  });

  test.each([
    null,
    undefined,
    "",
    "free text",
    "{}",
    "null",
    JSON.stringify({ sessionId: OUR_ID }),
    customApi(OUR_ID, "another connector"),
    customApi(7),
  ])("tells no id of ours for somebody else's session (%p)", async (custom_api) => {
    server.answerWith(okay(row({ custom_api })));
    expect((await sessions().find(access, CODE)).ourId).toBeUndefined();
  });

  test("gives no link that leads elsewhere", async () => {
    server.answerWith(okay(row({ supporter_link: "https://evil.example/s1" })));
    await expect(sessions().find(access, CODE)).rejects.toMatchObject({ code: "upstream-invalid", isAmbiguous: false });
  });

  test("that TeamViewer does not have is an error with its status", async () => {
    server.answerWith({ status: 404, json: {} });
    await expect(sessions().find(access, CODE)).rejects.toMatchObject({ code: "upstream-invalid", status: 404 });
    expect(renewed).toEqual([]);
  });

  test("is tried with a fresh token after a refused one", async () => {
    server.answerWith(afterRenewal(okay(row())));
    expect(await sessions().find(access, CODE)).toEqual(remote);
  });
});

describe("Listing sessions", () => {
  const other = row({ code: "s999-999-999", custom_api: "somebody else's" });
  const page = (rows: unknown[], next_offset?: string | null) =>
    okay({ sessions: rows, ...(next_offset === undefined ? {} : { next_offset, sessions_remaining: 1 }) });
  const numbered = (number: number, changes = {}) =>
    row({ code: `s100-000-00${number}`, custom_api: customApi(`id-${number}`), ...changes });

  test("gives ours, open and closed, by one call", async () => {
    server.answerWith(page([row(), other, numbered(2, { state: "Closed" })]));
    expect(await sessions().list(access, EPOCH)).toEqual([
      remote,
      { ...remote, code: "s100-000-002", ourId: "id-2", state: "closed" },
    ]);
    expect(server.journal).toHaveLength(1);
    expect(server.journal[0]).toMatchObject({ method: "GET", path: "/api/v1/sessions" });
    expect(server.journal[0]?.query).toEqual({ full_list: "true", state: "open,closed" });
  });

  test("leaves out what cannot be read and links that lead elsewhere, so that they do not hide the others", async () => {
    const evil = numbered(3, { end_customer_link: "https://evil.example" });
    server.answerWith(page([null, { code: "x" }, evil, numbered(4)]));
    expect((await sessions().list(access, EPOCH)).map(({ ourId }) => ourId)).toEqual(["id-4"]);
  });

  test("goes on to the next page, by the offset that TeamViewer gave", async () => {
    server.answerWith(({ query }) => (query.get("offset") ? page([numbered(2)], null) : page([numbered(1)], "s1+2&3")));
    expect((await sessions().list(access, EPOCH)).map(({ ourId }) => ourId)).toEqual(["id-1", "id-2"]);
    expect(server.journal.map(({ query }) => query)).toEqual([
      { full_list: "true", state: "open,closed" },
      { full_list: "true", state: "open,closed", offset: "s1+2&3" },
    ]);
  });

  test("reads five pages at most", async () => {
    server.answerWith(page([row()], "s1"));
    expect(await sessions().list(access, EPOCH)).toHaveLength(5);
    expect(server.journal).toHaveLength(5);
  });

  test.each([
    ["older than", "2026-11-22T09:59:59Z", 1],
    ["as old as", "2026-11-22T10:00:00Z", 2],
    ["younger than", "2026-11-22T10:00:01Z", 2],
  ])("ends with the page whose last session is %s what is asked for", async (_than, created_at, calls) => {
    const young = "2026-11-22T12:00:00Z";
    server.answerWith(({ query }) =>
      query.get("offset")
        ? page([])
        : page([numbered(1, { created_at: young }), row({ ...other, created_at }), { code: "unreadable" }], "s1"),
    );
    const found = await sessions().list(access, new Date("2026-11-22T10:00:00Z"));
    expect(found.map(({ ourId }) => ourId)).toEqual(["id-1"]);
    expect(server.journal).toHaveLength(calls);
  });

  test("goes on when a page does not tell how old its sessions are", async () => {
    server.answerWith(({ query }) =>
      query.get("offset") ? page([]) : page([numbered(1, { created_at: undefined })], "s1"),
    );
    await sessions().list(access, new Date());
    expect(server.journal).toHaveLength(2);
  });

  test.each([{}, [], { sessions: "none" }, { sessions: [], next_offset: 7 }])(
    "does not take %j for a list",
    async (json) => {
      server.answerWith(okay(json));
      await expect(sessions().list(access, EPOCH)).rejects.toMatchObject({ code: "upstream-invalid" });
    },
  );

  test("finds the open session that carries our id, on whichever page", async () => {
    server.answerWith(({ query }) => (query.get("offset") ? page([other, row()]) : page([numbered(1)], "s1")));
    expect(await sessions().findByOurId(access, OUR_ID)).toEqual(remote);
    expect(server.journal[0]?.query).toEqual({ full_list: "true", state: "open" });
    expect(await sessions().findByOurId(access, "another")).toBeUndefined();
  });
});

describe("Closing a session", () => {
  test("tells TeamViewer once", async () => {
    server.answerWith({ status: 204 });
    await expect(sessions().close(access, CODE)).resolves.toBeUndefined();
    expect(server.journal.map(({ method, path, body }) => [method, path, body])).toEqual([
      ["PUT", `/api/v1/sessions/${CODE}`, '{"state":"closed"}'],
    ]);
  });

  test("that is gone is done", async () => {
    server.answerWith({ status: 404, json: {} });
    await expect(sessions().close(access, CODE)).resolves.toBeUndefined();
  });

  test.each([400, 403, 429, 500])("fails when TeamViewer answers %i", async (status) => {
    server.answerWith({ status, json: {} });
    await expect(sessions().close(access, CODE)).rejects.toBeInstanceOf(AppError);
  });

  test("is tried with a fresh token after a refused one", async () => {
    server.answerWith(afterRenewal({ status: 204 }));
    await expect(sessions().close(access, CODE)).resolves.toBeUndefined();
    expect(renewed).toEqual([access]);
  });
});
