import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { again, az, isClosed, isForbidden } from "./az.ts";
import { withPrivateFile } from "./private-file.ts";
import { pauseSeconds, said, say, tell } from "./said.ts";

const TEAMVIEWER_SECRET = "teamviewer-client-secret";
const STATE_KEY = "state-key";

await tell(async () => {
  const vault = said("KEY_VAULT_NAME");
  // A role that has just been given takes up to ten minutes to work.
  const patiently = {
    tries: 40,
    pauseSeconds: pauseSeconds(15),
    isWorthIt: (error: unknown) => isForbidden(error) && !isClosed(error),
  };
  const list = ["keyvault", "secret", "list", "--vault-name", vault, "--query", "[].name", "--output", "json"];
  const present = await again(() => az(list), patiently)
    .then((text): string[] => JSON.parse(text))
    .catch((error: unknown) => {
      throw isClosed(error) ? new Error(closed(vault)) : error;
    });

  const set = async (name: string, value: string) => {
    const given = [
      "keyvault",
      "secret",
      "set",
      "--vault-name",
      vault,
      "--name",
      name,
      "--encoding",
      "utf-8",
      "--output",
      "none",
    ];
    await again(() => withPrivateFile(value, (path) => az([...given, "--file", path])), patiently);
    say(`The secret ${name} is set.`);
  };

  // A new one would end open consents and answer links, so what is there stays.
  if (!present.includes(STATE_KEY)) await set(STATE_KEY, randomBytes(32).toString("base64"));
  const secret =
    process.env.TEAMVIEWER_CLIENT_SECRET?.trim() || (present.includes(TEAMVIEWER_SECRET) ? "" : await asked());
  if (secret) await set(TEAMVIEWER_SECRET, secret);
});

async function asked(): Promise<string> {
  const missing =
    "The secret of the TeamViewer app is not set. Put it in the environment variable TEAMVIEWER_CLIENT_SECRET and run `azd hooks run postprovision`.";
  if (!process.stdin.isTTY) throw new Error(missing);
  process.stderr.write("Client secret of the TeamViewer app (it is not shown): ");
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  const answer = (await lines.question("")).trim();
  lines.close();
  process.stderr.write("\n");
  if (!answer) throw new Error(missing);
  return answer;
}

function closed(vault: string): string {
  return `The vault ${vault} is reached from its network alone. Run \`npx node infra/azure/hooks/secrets.ts\` there, or let this address in for now: azd env set DEPLOYER_IP_RANGE <your public address>/32, azd provision, and afterwards the same with an empty value.`;
}
