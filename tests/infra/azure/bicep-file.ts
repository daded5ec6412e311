import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  childrenOf,
  literalOf,
  type Node,
  nodesOf,
  parseBicep,
  propertiesOf,
  propertyOf,
  syntaxProblems,
} from "./syntax.ts";

export type Declared = { name: string; node: Node; value: Node | undefined };
export type Parameter = Declared & { isRequired: boolean; type: string; decorators: readonly Node[] };
/** A resource or a module: `body` is its object, whether it stands alone, behind `if` or in a `for`. */
export type Block = Declared & { of: string; body: Node; isExisting: boolean };
export type BicepFile = {
  path: string;
  root: Node;
  params: readonly Parameter[];
  variables: readonly Declared[];
  resources: readonly Block[];
  modules: readonly Block[];
  outputs: readonly Declared[];
  problems: readonly string[];
};

const root = join(import.meta.dirname, "..", "..", "..");

/** Reads a Bicep file of the project; `edit` plants something in its text first. */
export async function readBicep(path: string, edit: (text: string) => string = (text) => text): Promise<BicepFile> {
  return bicepFile(path, edit(readFileSync(join(root, path), "utf8")));
}

/** A Bicep file as the checks look at it. */
export async function bicepFile(path: string, text: string): Promise<BicepFile> {
  const tree = await parseBicep(text);
  const top = childrenOf(tree);
  const decoratorsBefore = (node: Node) => {
    const before = top[top.indexOf(node) - 1];
    return before?.type === "decorators" ? childrenOf(before) : [];
  };
  const declared = (type: string) => top.filter((node) => node.type === type).map(declarationOf);
  return {
    path,
    root: tree,
    params: top
      .filter(({ type }) => type === "parameter_declaration")
      .map((node) => ({
        ...declarationOf(node),
        type: childrenOf(node).find(({ type }) => type === "type")?.text ?? "",
        isRequired: declarationOf(node).value === undefined,
        decorators: decoratorsBefore(node),
      })),
    variables: declared("variable_declaration"),
    resources: blocksOf(tree, "resource_declaration"),
    modules: blocksOf(tree, "module_declaration"),
    outputs: declared("output_declaration"),
    problems: syntaxProblems(path, tree),
  };
}

function declarationOf(node: Node): Declared {
  const [name, ...rest] = childrenOf(node);
  return { name: name?.text ?? "", node, value: rest.find(({ type }) => type !== "type") };
}

function blocksOf(tree: Node, type: string): Block[] {
  const within = (node: Node, parentType: string): Block[] => {
    const [name, of, value] = childrenOf(node);
    const body = value && bodyOf(value);
    if (!name || !of || !body) return [];
    const own = literalOf(of) ?? "";
    const full = parentType && !own.includes("/") ? nestedType(parentType, own) : own;
    const isExisting = node.children.some((child) => child?.type === "existing" || child?.text === "existing");
    const nested = childrenOf(body)
      .flatMap(childrenOf)
      .filter((child) => child.type === type);
    return [
      { name: name.text, node, value, of: full, body, isExisting },
      ...nested.flatMap((child) => within(child, full)),
    ];
  };
  return childrenOf(tree)
    .filter((node) => node.type === type)
    .flatMap((node) => within(node, ""));
}

/** `T@1` and `sub` make `T/sub@1`. */
function nestedType(parentType: string, own: string): string {
  const [type, version] = parentType.split("@");
  return `${type}/${own}@${version}`;
}

/** The object of `{…}`, `if (…) {…}` and `[for … : {…}]`. */
export function bodyOf(value: Node): Node | undefined {
  if (value.type === "object") return value;
  if (value.type !== "if_statement" && value.type !== "for_statement") return undefined;
  const inner = childrenOf(value).at(-1);
  return inner && bodyOf(inner);
}

/** The value at a path of keys within a resource or module, such as `properties.siteConfig.minTlsVersion`. */
export function valueAt(block: Block | undefined, path: string): Node | undefined {
  let value: Node | undefined = block?.body;
  for (const key of path.split(".")) value = propertyOf(value, key);
  return value;
}

/** The texts of an array of strings. */
export const textsOf = (array: Node | undefined): string[] =>
  array ? childrenOf(array).flatMap((node) => literalOf(node) ?? []) : [];

/** The variable of that name. */
export const variableOf = (file: BicepFile, name: string): Node | undefined =>
  file.variables.find((variable) => variable.name === name)?.value;

/** Every string that stands in the file. */
export const stringsOf = (file: BicepFile): string[] =>
  [...nodesOf(file.root)].flatMap((node) => literalOf(node) ?? []);

/** The keys of an object. */
export const keysOf = (object: Node | undefined): string[] =>
  object ? propertiesOf(object).map(({ key }) => key) : [];
