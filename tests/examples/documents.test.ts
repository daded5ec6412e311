import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { fieldsNamed, misspelt, operationFor, resolved } from "./against-document.ts";

const textOf = (name: string) => readFileSync(join(import.meta.dirname, "../../examples", name), "utf8");

describe("requests.http", () => {
  const requests = textOf("requests.http")
    .split(/^### /m)
    .slice(1)
    .map((part) => {
      const [head = "", ...rest] = part.split("\n\n");
      const line = /^(GET|POST|PATCH|DELETE) \{\{connector\}\}(\S+)$/m.exec(head);
      const headers = [...head.matchAll(/^([A-Z][\w-]+): /gm)].map(([, name = ""]) => name);
      return { method: line?.[1], path: line?.[2] ?? "", headers, body: rest.join("\n\n").trim() };
    })
    .filter(({ method }) => method !== undefined);

  test.each(requests.map((each) => [`${each.method} ${each.path}`, each] as const))(
    "%s is documented",
    (_line, each) => {
      const body = each.body === "" ? undefined : JSON.parse(each.body.replaceAll("{{deviceId}}", DEVICE_ID));
      expect(misspelt({ method: String(each.method), path: each.path, headers: each.headers, body })).toEqual([]);
    },
  );

  test("uses of its answers only what those have", () => {
    const uses = [...textOf("requests.http").matchAll(/\{\{(\w+)\.response\.body\.(\w+)\}\}/g)];
    const asked = [...textOf("requests.http").matchAll(/# @name (\w+)\n(\w+) \{\{connector\}\}(\S+)/g)];
    const known = new Map(asked.map(([, name = "", method = "", path = ""]) => [name, { method, path }]));
    const wrong = uses.filter(([, name = "", field = ""]) => {
      const made = known.get(name);
      return made ? !fieldsNamed(operationFor(made.method, made.path)).includes(field) : field !== "access_token";
    });
    expect(wrong).toEqual([]);
    expect(requests.length).toBeGreaterThan(10);
  });
});

const DEVICE_ID = "d0000000-0000-4000-8000-000000000001";

describe("powershell.ps1", () => {
  const text = textOf("powershell.ps1");
  const call = /^\s*\$(\w+) = Invoke-RestMethod -Method (\w+) -Uri "\$connector([^"]+)"(.*)$/gm;
  const calls = [...text.matchAll(call)].map(([, variable = "", method = "", path = "", rest = ""]) => ({
    variable,
    method: method.toUpperCase(),
    path: path.replaceAll(/\$\([^)]*\)|\$\w+/g, "x"),
    hasBody: rest.includes("-Body $body"),
  }));
  const body = /^\$body = @\{ (.*) \} \| ConvertTo-Json$/m.exec(text)?.[1] ?? "";
  const sent = Object.fromEntries(body.split("; ").map((pair) => [pair.split(" = ")[0] ?? "", "text"]));

  test.each(calls.map((each) => [`${each.method} ${each.path}`, each] as const))("%s is documented", (_line, each) => {
    const headers = ["Authorization", ...(each.hasBody ? ["Content-Type", "Idempotency-Key"] : [])];
    const given = each.hasBody ? { body: { ...sent, deviceId: DEVICE_ID } } : {};
    expect(misspelt({ method: each.method, path: each.path, headers, ...given })).toEqual([]);
  });

  test("uses of its answers only what those have", () => {
    expect(calls).toHaveLength(5);
    const wrong = calls.flatMap(({ variable, method, path }) => {
      const known = fieldsNamed(operationFor(method, path));
      const uses = [...text.matchAll(new RegExp(`\\$${variable}((?:\\.\\w+)+)`, "g"))].map(([, fields = ""]) => fields);
      return uses
        .flatMap((fields) => fields.split(".").slice(1))
        .filter((field) => ![...known, "Count"].includes(field));
    });
    expect(wrong).toEqual([]);
    const device = [...text.matchAll(/\$device\.([\w.]+)/g)].flatMap(([, fields = ""]) => fields.split("."));
    expect(device.filter((field) => !fieldsNamed(operationFor("GET", "/api/devices")).includes(field))).toEqual([]);
    const columns = /Format-Table (.*)$/m.exec(text)?.[1]?.split(", ") ?? [];
    expect(columns.filter((field) => !fieldsNamed(operationFor("GET", "/api/audit")).includes(field))).toEqual([]);
    expect(text).toContain('$headers["Idempotency-Key"]');
  });

  test("closes whatever it opens", () => {
    for (const [open, close] of ["()", "{}", "[]"].map((pair) => pair.split("")))
      expect(text.split(open ?? "").length).toBe(text.split(close ?? "").length);
    expect((text.match(/"/g) ?? []).length % 2).toBe(0);
  });
});

describe("power-automate.json", () => {
  type Inputs = {
    method: string;
    uri: string;
    headers?: Record<string, string>;
    queries?: Record<string, string>;
    body?: Record<string, string>;
    authentication?: { type: string; audience: string };
  };
  type Action = { type: string; runAfter: Record<string, string[]>; inputs: Inputs };
  const text = textOf("power-automate.json");
  const { definition } = JSON.parse(text) as {
    definition: { $schema: string; parameters: Record<string, unknown>; actions: Record<string, Action> };
  };
  const actions = Object.entries(definition.actions);
  const calls = actions.filter(([, { type }]) => type === "Http");
  const pathOf = ({ uri, queries }: Inputs) =>
    `${uri.replace("@{parameters('connectorUrl')}", "")}${queries ? `?${new URLSearchParams(queries)}` : ""}`;

  test.each(calls)("%s is documented, and takes its token by a managed identity", (_name, { inputs }) => {
    const { method, headers = {}, body } = inputs;
    const asked = { method, path: pathOf(inputs), headers: ["Authorization", ...Object.keys(headers)] };
    expect(misspelt({ ...asked, ...(body ? { body: { ...body, deviceId: DEVICE_ID } } : {}) })).toEqual([]);
    expect(inputs.authentication).toEqual({ type: "ManagedServiceIdentity", audience: "@parameters('audience')" });
  });

  test("uses of answers and parameters only what there is", () => {
    expect(definition.$schema).toContain("/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json");
    for (const [, name = ""] of text.matchAll(/parameters\('(\w+)'\)/g))
      expect(definition.parameters).toHaveProperty(name);
    const wrong = [...text.matchAll(/body\('(\w+)'\)((?:\)?\?\['\w+'\])+)/g)].filter(([, name = "", fields = ""]) => {
      const inputs = definition.actions[name]?.inputs;
      const known = inputs ? fieldsNamed(operationFor(inputs.method, pathOf(inputs))) : [];
      return [...fields.matchAll(/'(\w+)'/g)].some(([, field = ""]) => !known.includes(field));
    });
    expect(wrong.map(([found]) => found)).toEqual([]);
    const after = actions.flatMap(([, { runAfter }]) => Object.keys(runAfter));
    expect(after.filter((name) => !(name in definition.actions))).toEqual([]);
  });
});

test("whatever the document does not have is found", () => {
  const headers = ["Authorization", "Idempotency-Key", "Content-Type"];
  const right = { method: "POST", path: "/api/sessions", headers, body: { deviceId: DEVICE_ID } };
  expect(misspelt(right)).toEqual([]);
  expect(misspelt({ ...right, path: "/api/session" })).toEqual(["POST /api/session is no operation"]);
  expect(misspelt({ ...right, path: "/api/sessions?dry=1" })).toEqual(["the query's dry is unknown"]);
  expect(misspelt({ ...right, headers: ["Authorization"] })).toEqual(["the header Idempotency-Key is missing"]);
  expect(misspelt({ ...right, headers: [...headers, "X-Key"] })).toEqual(["the header X-Key is unknown"]);
  expect(misspelt({ ...right, body: { device: DEVICE_ID } })).toEqual([expect.stringContaining("deviceId")]);
  expect(resolved({ $ref: "#/components/schemas/Session" })).toHaveProperty("properties.matchCode");
});
