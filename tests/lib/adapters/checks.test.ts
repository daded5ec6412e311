import { describe, expect, test } from "@jest/globals";
import { makeChecks } from "../../../lib/adapters/checks.ts";
import { type OutboundAnswer, OutboundError, type OutboundRequest } from "../../../lib/adapters/outbound.ts";
import { AppError, type ErrorCode } from "../../../lib/errors.ts";

const ENTRA = "https://login.microsoftonline.com";
const API = "https://webapi.teamviewer.com";

const broken = async () => {
  throw new AppError("upstream-unavailable", "It does not answer.");
};

type Ports = Parameters<typeof makeChecks>[0];

/** The checks over ports that all answer well, with `changes`, and what was asked of whom. */
function checks(changes: Partial<Ports> = {}, answer: Partial<OutboundAnswer> | Error = {}) {
  const asked: unknown[] = [];
  const ports: Ports = {
    connections: {
      read: async () => {
        asked.push("connections");
        return { current: undefined, others: [], pointerEtag: undefined };
      },
      add: broken,
      update: broken,
      putInUse: broken,
      remove: broken,
    },
    checkQueue: async () => {
      asked.push("queue");
    },
    deployedSecrets: [1, 2].map((number) => async () => {
      asked.push(`secret ${number}`);
      return "value";
    }),
    devices: {
      find: async (id) => {
        asked.push(id);
        return undefined;
      },
      search: broken,
      languageOf: broken,
    },
    names: {
      nameOf: async (id) => {
        asked.push(`name of ${id}`);
        return undefined;
      },
    },
    access: {
      current: async () => ({ connectionId: "c1", accessToken: "token-1", groupId: undefined }),
      renew: broken,
      keepFresh: broken,
    },
    entraUrl: ENTRA,
    tenantId: "tenant-1",
    apiUrl: API,
    outbound: async (url: string, request: OutboundRequest) => {
      asked.push({ url, ...request });
      if (answer instanceof Error) throw answer;
      return { status: 200, headers: new Headers(), text: '{"token_valid":true}', ...answer };
    },
    ...changes,
  };
  const made = makeChecks(ports);
  const run = async (name: string) => {
    const check = made[name];
    if (!check) throw new Error(`There is no check ${name}`);
    await check();
  };
  return { names: Object.keys(made), run, asked };
}

const withAccess = (code: ErrorCode) => ({
  access: {
    current: async () => {
      throw new AppError(code, "No access.");
    },
    renew: broken,
    keepFresh: broken,
  },
});

describe("The look at what the product depends on", () => {
  test("is a check of each dependency, and all are fine when each answers", async () => {
    const { names, run } = checks();
    expect(names.sort()).toEqual(["entra", "graph", "keyVault", "people", "storage", "teamviewer"]);
    for (const name of names) await expect(run(name)).resolves.toBeUndefined();
  });

  test("reads the connections from the storage account, and looks at its queue", async () => {
    const { run, asked } = checks();
    await run("storage");
    expect(asked).toEqual(["connections", "queue"]);
    const refusing = async () => {
      throw new AppError("upstream-unavailable", "Give Storage Queue Data Contributor.");
    };
    await expect(checks({ checkQueue: refusing }).run("storage")).rejects.toThrow("Queue Data Contributor");
  });

  test("tells everything that is wrong with a service, each thing once", async () => {
    const missing = (words: string) => async () => {
      throw new AppError("upstream-unavailable", words);
    };
    const deployedSecrets = [missing("a is not set."), missing("b is too short."), missing("a is not set.")];
    await expect(checks({ deployedSecrets }).run("keyVault")).rejects.toThrow(/^a is not set\. b is too short\.$/);
    const bug = async () => {
      throw new TypeError("x");
    };
    await expect(checks({ deployedSecrets: [...deployedSecrets, bug] }).run("keyVault")).rejects.toThrow();
  });

  test("reads every secret of the deployment from the vault, and one that fails is enough", async () => {
    const { run, asked } = checks();
    await run("keyVault");
    expect(asked).toEqual(["secret 1", "secret 2"]);
    const failing = checks({ deployedSecrets: [async () => "value", broken] });
    await expect(failing.run("keyVault")).rejects.toMatchObject({ code: "upstream-unavailable" });
  });

  test("asks Graph for a device that nobody has", async () => {
    const { run, asked } = checks();
    await run("graph");
    expect(asked).toEqual([expect.stringMatching(/^0{8}-0{4}-4000-8000-0{12}$/)]);
  });

  test("asks Graph for a person that is nobody", async () => {
    const { run, asked } = checks();
    await run("people");
    expect(asked).toEqual([expect.stringMatching(/^name of 0{8}-0{4}-4000-8000-0{12}$/)]);
  });

  test("says which permission is missing when people cannot be read, and what comes of it", async () => {
    const refusing = async () => {
      throw new AppError("upstream-invalid", "Microsoft Graph refuses this app.");
    };
    await expect(checks({ names: { nameOf: refusing } }).run("people")).rejects.toMatchObject({
      code: "upstream-invalid",
      message: expect.stringMatching(/User\.Read\.All.*consent.*default language/),
    });
    await expect(checks({ names: { nameOf: broken } }).run("people")).rejects.toMatchObject({
      message: "It does not answer.",
    });
  });

  test("asks Entra for its signing keys, for five seconds at most", async () => {
    const { run, asked } = checks();
    await run("entra");
    expect(asked).toEqual([{ url: `${ENTRA}/tenant-1/discovery/v2.0/keys`, timeoutMs: 5000 }]);
  });

  test.each([404, 500, 204])("is not content with Entra's %i", async (status) => {
    await expect(checks({}, { status }).run("entra")).rejects.toMatchObject({
      code: "upstream-unavailable",
      message: expect.stringMatching(new RegExp(`Entra.*${status}.*keys`)),
    });
  });

  test("asks TeamViewer whether the connection's token is good", async () => {
    const { run, asked } = checks();
    await run("teamviewer");
    expect(asked).toMatchObject([
      { url: `${API}/api/v1/ping`, method: "GET", headers: { authorization: "Bearer token-1" } },
    ]);
  });

  test("says to connect again when it is not", async () => {
    await expect(checks({}, { text: '{"token_valid":false}' }).run("teamviewer")).rejects.toMatchObject({
      code: "connector-needs-consent",
      message: expect.stringMatching(/token/),
    });
  });

  test.each<[string, Partial<OutboundAnswer> | Error]>([
    ["500", { status: 500 }],
    ["an answer without a word about the token", { text: "{}" }],
    ["an answer that says something else", { text: '{"token_valid":"yes"}' }],
    ["a broken connection", new OutboundError("cut", "broken")],
  ])("fails after %s of TeamViewer", async (_what, answer) => {
    await expect(checks({}, answer).run("teamviewer")).rejects.toBeInstanceOf(AppError);
  });

  test("takes a connector that nobody connected yet for no fault, and asks TeamViewer nothing", async () => {
    const { run, asked } = checks(withAccess("connector-not-connected"));
    await expect(run("teamviewer")).resolves.toBeUndefined();
    expect(asked).toEqual([]);
  });

  test.each<ErrorCode>(["connector-needs-consent", "upstream-unavailable"])(
    "tells any other reason why there is no access: %s",
    async (code) => {
      await expect(checks(withAccess(code)).run("teamviewer")).rejects.toMatchObject({ code });
    },
  );
});
