import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { webDarkTheme, webLightTheme } from "@fluentui/tokens";
import type { Plugin } from "esbuild";

type Theme = Readonly<Record<string, string | number>>;

const light: Theme = webLightTheme;
const dark: Theme = webDarkTheme;

/** `import "fluent-tokens.css"`: the Fluent 2 tokens that the CSS below `directory` uses, light, and dark for who prefers that. */
export function fluentTokens(directory: string): Plugin {
  return {
    name: "fluent-tokens",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^fluent-tokens\.css$/ }, ({ path }) => ({ path, namespace: "fluent-tokens" }));
      onLoad({ filter: /.*/, namespace: "fluent-tokens" }, () => {
        const { contents, unknown } = tokensFor(readStyles(directory));
        return { loader: "css", contents, errors: unknown.map((text) => ({ text })) };
      });
    },
  };
}

/** The CSS files below `directory`: path inside it, text. */
function readStyles(directory: string): [path: string, text: string][] {
  const paths = globSync("**/*.css", { cwd: directory }).sort();
  return paths.map((path) => [path, readFileSync(join(directory, path), "utf8")]);
}

/** Declarations of every token that `styles` use and do not declare themselves; `unknown`: a line for each that Fluent does not have either. */
export function tokensFor(styles: readonly (readonly [path: string, text: string])[]): {
  contents: string;
  unknown: string[];
} {
  const cleaned = styles.map(([path, text]) => [path, text.replace(/\/\*.*?\*\//gs, "")] as const);
  const declared = new Set(
    cleaned.flatMap(([, text]) => [...text.matchAll(/--([\w-]+)\s*:/g)].map(([, name]) => name)),
  );
  const used = cleaned.flatMap(([path, text]) =>
    [...text.matchAll(/var\(\s*--([\w-]+)/g)].map(([, name = ""]) => ({ path, name })),
  );
  const foreign = used.filter(({ name }) => !declared.has(name));
  const unknown = foreign
    .filter(({ name }) => !Object.hasOwn(light, name))
    .map(({ path, name }) => `portal/${path}: --${name} is neither a Fluent token nor declared in the portal's CSS.`);
  const names = [...new Set(foreign.map(({ name }) => name))].filter((name) => Object.hasOwn(light, name)).sort();
  const differing = names.filter((name) => dark[name] !== light[name]);
  const contents = `${rule(names, light)}@media (prefers-color-scheme:dark){${rule(differing, dark)}}\n`;
  return { contents, unknown: [...new Set(unknown)] };
}

function rule(names: readonly string[], theme: Theme): string {
  return `:root{${names.map((name) => `--${name}:${theme[name]};`).join("")}}\n`;
}
