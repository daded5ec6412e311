import { answerOf, type Directory } from "./directory.ts";

/** What stands on the PATH as `az` and as `azd` knows and was asked. */
export type State = {
  calls: string[][];
  secrets: Record<string, string>;
  /** What azd was told to remember. */
  settings: Record<string, string>;
  /** Calls whose arguments match are refused so many times. */
  refusals: { match: string; says: string; times: number }[];
  directory: Directory;
};

/** One call of `az` or `azd`: its words, and what the file holds that they name. */
export type Call = { command: string; args: string[]; file?: string };

/** What it prints; an Error whose text it complains with. */
export function printed(state: State, { command, args, file = "" }: Call): string {
  state.calls.push([command, ...args]);
  const option = (name: string) => args[args.indexOf(name) + 1] ?? "";
  const line = args.join(" ");
  const refusal = state.refusals.find(({ match, times }) => times > 0 && new RegExp(match).test(line));
  if (refusal) {
    refusal.times -= 1;
    throw new Error(refusal.says);
  }
  if (command === "azd") {
    const [, , name = "", value = ""] = args;
    state.settings[name] = value;
    return "";
  }
  if (line.startsWith("keyvault secret list")) return JSON.stringify(Object.keys(state.secrets));
  if (line.startsWith("keyvault secret set")) {
    state.secrets[option("--name")] = file;
    return "";
  }
  if (line.startsWith("account show")) return "11111111-1111-4111-8111-111111111111\n";
  if (args[0] !== "rest") throw new Error(`unknown: ${line}`);
  const answer = answerOf(state.directory, {
    method: option("--method"),
    path: option("--url").replace("https://graph.microsoft.com/v1.0/", ""),
    body: file ? JSON.parse(file) : {},
    mayCreate: args.includes("Prefer=create-if-missing"),
  });
  return answer === undefined ? "" : JSON.stringify(answer);
}
