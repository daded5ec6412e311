import { expect, test } from "@jest/globals";
import { makeServiceOf, troubleWith } from "../../../lib/adapters/callee.ts";

const urls = {
  entraUrl: "https://login.microsoftonline.com",
  graphUrl: "https://graph.microsoft.com",
  teamviewerApiUrl: "https://webapi.teamviewer.com",
  teamviewerLoginUrl: "https://login.teamviewer.com",
  keyVaultUrl: "https://vault.example",
};
const addresses = {
  tableUrl: "https://a.table.core.windows.net",
  queueUrl: "https://a.queue.core.windows.net",
  blobUrl: "https://a.blob.core.windows.net",
  clientId: undefined,
};
const calling = (host: string, storage: Parameters<typeof makeServiceOf>[0]["storage"] = addresses) =>
  makeServiceOf({ ...urls, storage })({ host, isForToken: false });

test.each([
  ["login.microsoftonline.com", "entra"],
  ["graph.microsoft.com", "graph"],
  ["webapi.teamviewer.com", "teamviewer"],
  ["login.teamviewer.com", "teamviewer"],
  ["vault.example", "vault"],
  ["a.table.core.windows.net", "tables"],
  ["a.queue.core.windows.net", "queues"],
  ["a.blob.core.windows.net", "blobs"],
  ["tickets.example", "webhook"],
  ["graph.microsoft.com:444", "webhook"],
])("a call to %s is one to %s", (host, service) => {
  expect(calling(host)).toBe(service);
});

test("storage that a connection string names is known by its account, its suffix or its own addresses", () => {
  const account = { connectionString: "DefaultEndpointsProtocol=https;AccountName=Acc;AccountKey=a2V5" };
  expect(calling("acc.table.core.windows.net", account)).toBe("tables");
  const china = { connectionString: `${account.connectionString};EndpointSuffix=core.chinacloudapi.cn` };
  expect(calling("acc.queue.core.chinacloudapi.cn", china)).toBe("queues");
  const own =
    "BlobEndpoint=http://127.0.0.1:10000/a;QueueEndpoint=http://127.0.0.1:10001/a;TableEndpoint=http://127.0.0.1:10002/a";
  const local = { connectionString: `AccountName=a;AccountKey=a2V5;${own};` };
  const seen = ["127.0.0.1:10000", "127.0.0.1:10001", "127.0.0.1:10002"].map((host) => calling(host, local));
  expect(seen).toEqual(["blobs", "queues", "tables"]);
});

test("whoever asks for a token asks the managed identity, wherever it is", () => {
  const serviceOf = makeServiceOf({ ...urls, storage: { ...addresses, blobUrl: undefined } });
  expect(serviceOf({ host: "localhost:8081", isForToken: true })).toBe("identity");
});

test.each([
  [undefined, "no-answer"],
  [408, "failed"],
  [429, "busy"],
  [500, "failed"],
  [502, "failed"],
  [503, "busy"],
  [401, "refused"],
  [403, "refused"],
  [200, undefined],
  [304, undefined],
  [404, undefined],
  [409, undefined],
  [412, undefined],
])("a service that answers %s is %s", (status, trouble) => {
  expect(troubleWith("tables", { status, hasCredential: true })).toBe(trouble);
});

test("the vault may ask for a token first, and a receiver has done its part with 2xx alone", () => {
  expect(troubleWith("vault", { status: 401, hasCredential: false })).toBeUndefined();
  for (const status of [302, 400, 404, 410])
    expect(troubleWith("webhook", { status, hasCredential: false })).toBe("refused");
  expect(troubleWith("webhook", { status: 202, hasCredential: false })).toBeUndefined();
});
