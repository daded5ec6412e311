import { execFile } from "node:child_process";
import { chmod, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";
import { type Call, printed, type State } from "./stand-in-az.ts";

export type { State };
export type Run = { code: number; out: string; err: string; state: State; leftFiles: string[] };

const hooks = join(import.meta.dirname, "..", "..", "..", "infra", "azure", "hooks");

/** Microsoft Graph's own service principal, with the permissions that are asked of it. */
const graphItself = {
  id: "graph",
  appId: "00000003-0000-0000-c000-000000000000",
  appRoles: ["DeviceManagementManagedDevices.ReadWrite.All", "User.Read.All", "TeamsActivity.Send"].map((value) => ({
    id: `role ${value}`,
    value,
  })),
  oauth2PermissionScopes: [{ id: "scope DeviceManagementRBAC.Read.All", value: "DeviceManagementRBAC.Read.All" }],
};

/** A tenant and a vault with nothing in them. */
export const nothingThere = (): State => ({
  calls: [],
  secrets: {},
  settings: {},
  refusals: [],
  directory: { applications: [], principals: [graphItself], lists: {} },
});

/** Hands what it was called with to the test, and prints what the test answers. */
const program = (port: number) => `
const { readFileSync } = require("node:fs");
const [, , command, ...args] = process.argv;
const at = args.findIndex((word) => word === "--file" || word === "--body");
const file = at < 0 ? undefined : readFileSync(args[at + 1].replace(/^@/, ""), "utf8");
const request = require("node:http").request({ port: ${port}, host: "127.0.0.1", method: "POST" }, (answer) => {
  const isFine = answer.statusCode === 200;
  process.exitCode = isFine ? 0 : 1;
  answer.pipe(isFine ? process.stdout : process.stderr);
});
request.end(JSON.stringify({ command, args, file }));
`;

/** Runs a hook with `az` and `azd` on its PATH that know `before`, and nothing else in its environment. */
export async function runHook(
  name: string,
  before: State,
  env: Record<string, string> = {},
  args: string[] = [],
): Promise<Run> {
  const state = structuredClone(before);
  const server = createServer(async (request, response) => {
    const call: Call = JSON.parse(await text(request));
    try {
      response.end(printed(state, call));
    } catch (error) {
      response.writeHead(500).end(`ERROR: ${error instanceof Error ? error.message : error}\n`);
    }
  });
  const folder = await mkdtemp(join(tmpdir(), "hook-"));
  try {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const script = join(folder, "az.cjs");
    await writeFile(script, program(typeof address === "object" && address ? address.port : 0));
    for (const command of ["az", "azd"]) {
      await writeFile(join(folder, command), `#!/bin/sh\nexec "${process.execPath}" "${script}" ${command} "$@"\n`);
      await chmod(join(folder, command), 0o755);
    }
    const temporary = await mkdtemp(join(folder, "tmp-"));
    const path = `${folder}${delimiter}${process.env.PATH}`;
    const given = { PATH: path, PAUSE_SECONDS: "0", TMPDIR: temporary, ...env };
    const ended = await new Promise<Pick<Run, "code" | "out" | "err">>((resolve) => {
      const child = execFile(process.execPath, [join(hooks, name), ...args], { env: given }, (error, out, err) =>
        resolve({ code: error ? 1 : 0, out, err }),
      );
      child.stdin?.end();
    });
    return { ...ended, state, leftFiles: await readdir(temporary) };
  } finally {
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
}
