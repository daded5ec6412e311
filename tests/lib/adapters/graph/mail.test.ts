import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { startGraph } from "../../../../infra/local/graph/graph.ts";
import { makeGraphClient } from "../../../../lib/adapters/graph/client.ts";
import { makeMail } from "../../../../lib/adapters/graph/mail.ts";
import { makeOutbound, type Outbound, OutboundError } from "../../../../lib/adapters/outbound.ts";
import { graphToken } from "../../../infra/local/graph/graph-client.ts";
import { type AGraph, credential, refusal, startAGraph } from "./a-graph.ts";

const mail = {
  to: "ana@contoso.example",
  subject: "Contoso IT support asks to help",
  html: '<p>Open <a href="https://connector.example/h/1">this</a></p>',
};

let graph: AGraph;

beforeAll(async () => {
  graph = await startAGraph();
});
beforeEach(() => graph.reset());
afterAll(() => graph.close());

const send = (sender = "it support/ä@contoso.example") => makeMail(graph.client(), sender).send(mail);

describe("An e-mail", () => {
  test("is sent when Exchange took it: one call in the name of the mailbox, nothing kept among the sent items", async () => {
    graph.answerWith({ status: 202 });
    expect(await send()).toEqual({ state: "sent" });
    expect(graph.journal).toHaveLength(1);
    expect(graph.journal[0]).toMatchObject({
      method: "POST",
      path: "/v1.0/users/it%20support%2F%C3%A4%40contoso.example/sendMail",
    });
    expect(JSON.parse(graph.journal[0]?.body ?? "")).toEqual({
      message: {
        subject: mail.subject,
        body: { contentType: "HTML", content: mail.html },
        toRecipients: [{ emailAddress: { address: mail.to } }],
      },
      saveToSentItems: false,
    });
  });

  test.each(["application/json", "text/plain", "application/octet-stream"])(
    "is sent, too, when the empty answer says that it is %s",
    async (type) => {
      graph.answerWith({ status: 202, headers: { "content-type": type } });
      expect(await send()).toEqual({ state: "sent" });
    },
  );

  test.each([
    [400, { state: "failed", reason: "refused-by-exchange" }],
    [401, { state: "later", afterSeconds: 30 }],
    [403, { state: "failed", reason: "graph-permission-missing" }],
    [404, { state: "failed", reason: "sender-not-found" }],
    [409, { state: "failed", reason: "refused-by-exchange" }],
    [413, { state: "failed", reason: "refused-by-exchange" }],
    [429, { state: "later", afterSeconds: 30 }],
    [500, { state: "unknown", reason: "status-500" }],
    [503, { state: "later", afterSeconds: 30 }],
    [504, { state: "unknown", reason: "status-504" }],
  ] as const)("that Exchange answers with %i ends as %j, asked once", async (status, result) => {
    graph.answerWith(refusal(status));
    expect(await send()).toEqual(result);
    expect(graph.journal).toHaveLength(1);
  });

  test.each([429, 503])("is asked for again when Exchange says so (%i)", async (status) => {
    graph.answerWith(refusal(status, "busy", { "retry-after": "120" }));
    expect(await send()).toEqual({ state: "later", afterSeconds: 120 });
  });

  test("whose answer is lost may have arrived: nobody can tell", async () => {
    for (const behaviour of ["reset", "reset-after"] as const) {
      graph.addFault({ behaviour });
      expect(await send()).toEqual({ state: "unknown", reason: "cut" });
    }
  });

  test.each([
    ["not-sent", { state: "later", afterSeconds: 30 }],
    ["timeout", { state: "unknown", reason: "timeout" }],
    ["redirected", { state: "unknown", reason: "redirected" }],
    ["too-large", { state: "unknown", reason: "too-large" }],
  ] as const)("whose transport ends as %s ends as %j", async (kind, result) => {
    const outbound: Outbound = async () => {
      throw new OutboundError(kind, "it broke");
    };
    const client = makeGraphClient({ graphUrl: graph.url, credential, outbound, newId: () => "1" });
    expect(await makeMail(client, "it@contoso.example").send(mail)).toEqual(result);
  });
});

describe("As strict as Exchange is", () => {
  let strict: Awaited<ReturnType<typeof startGraph>>;
  beforeAll(async () => {
    strict = await startGraph({ port: 0 });
  });
  afterAll(() => strict.close());

  const from = (sender: string, to = mail.to) => {
    const token = { token: graphToken(), expiresOnTimestamp: Number.MAX_SAFE_INTEGER };
    const client = makeGraphClient({
      graphUrl: strict.url,
      credential: { getToken: async () => token },
      outbound: makeOutbound([strict.url]),
      newId: () => "1",
    });
    return makeMail(client, sender).send({ ...mail, to });
  };

  test("what is sent is taken as it is", async () => {
    expect(await from("it-support@contoso.example")).toEqual({ state: "sent" });
    expect(strict.mails()).toMatchObject([
      { from: "it-support@contoso.example", to: [mail.to], subject: mail.subject, html: mail.html },
    ]);
  });

  test.each([
    ["a sender nobody knows", "nobody@contoso.example", mail.to, "sender-not-found"],
    ["a sender without a mailbox", "no.mailbox@contoso.example", mail.to, "sender-not-found"],
    ["a recipient who is no address", "it-support@contoso.example", "ana", "refused-by-exchange"],
  ])("%s is refused", async (_title, sender, to, reason) => {
    expect(await from(sender, to)).toEqual({ state: "failed", reason });
  });
});
