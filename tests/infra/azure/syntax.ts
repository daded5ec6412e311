import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { Language, type Node, Parser } from "web-tree-sitter";

export type { Node };

let made: Promise<Parser> | undefined;

async function makeParser(): Promise<Parser> {
  await Parser.init();
  const grammar = createRequire(import.meta.url).resolve("tree-sitter-bicep/tree-sitter-bicep.wasm");
  const parser = new Parser();
  parser.setLanguage(await Language.load(await readFile(grammar)));
  return parser;
}

/** The syntax tree of Bicep. The grammar knows no `extension` line, so that one is blanked out. */
export async function parseBicep(text: string): Promise<Node> {
  made ??= makeParser();
  const tree = (await made).parse(text.replace(/^extension .*$/m, (line) => " ".repeat(line.length)));
  if (!tree) throw new Error("There is no tree.");
  return tree.rootNode;
}

/** The named children, without comments. */
export const childrenOf = (node: Node): Node[] =>
  node.namedChildren.filter((child): child is Node => child !== null && !child.type.endsWith("comment"));

/** Every node below, itself first. */
export function* nodesOf(node: Node): Generator<Node> {
  yield node;
  for (const child of childrenOf(node)) yield* nodesOf(child);
}

/** Where it stands, for messages. */
export const lineOf = (node: Node): number => node.startPosition.row + 1;

/** The text of a string without anything computed in it; undefined for everything else. */
export function literalOf(node: Node | undefined): string | undefined {
  if (node?.type !== "string" || childrenOf(node).some(({ type }) => type === "interpolation")) return undefined;
  const parts = childrenOf(node).map(({ type, text }) => (type === "escape_sequence" ? text.slice(1) : text));
  return parts.join("");
}

export type Property = { key: string; value: Node; node: Node };

/** The properties of an object; a key that is computed has its source text. Nested resources are none. */
export function propertiesOf(object: Node): Property[] {
  return childrenOf(object).flatMap((node) => {
    const [name, value] = childrenOf(node);
    if (node.type !== "object_property" || !name || !value) return [];
    return [{ key: literalOf(name) ?? name.text, value, node }];
  });
}

/** The value of one property. */
export const propertyOf = (object: Node | undefined, key: string): Node | undefined =>
  object && propertiesOf(object).find((property) => property.key === key)?.value;

/** What stands wrong in a file by its grammar. */
export function syntaxProblems(path: string, root: Node): string[] {
  const wrong = [...everyNode(root)].filter(({ isError, isMissing }) => isError || isMissing);
  return wrong.map((node) => `${path}:${lineOf(node)}: cannot be read: ${node.text.slice(0, 60)}`);
}

function* everyNode(node: Node): Generator<Node> {
  yield node;
  for (const child of node.children) if (child) yield* everyNode(child);
}
