import { type BicepFile, bodyOf } from "./bicep-file.ts";
import { childrenOf, lineOf, type Node, propertiesOf } from "./syntax.ts";

/** What Bicep brings along, as far as the files use it. */
const FUNCTIONS = new Set(
  ["allowed description minLength maxLength minValue maxValue metadata secure"]
    .concat("concat empty environment filter guid items json loadJsonContent loadTextContent map replace resourceGroup")
    .concat("string subscription subscriptionResourceId tenant toLower union uniqueString")
    .flatMap((names) => names.split(" ")),
);

/** Names that are used and nowhere declared, declared and nowhere used, and functions that Bicep does not have. */
export function symbolProblems(file: BicepFile): string[] {
  const declared = new Map(
    [...file.params, ...file.variables, ...file.resources, ...file.modules].map(({ name, node }) => [name, node]),
  );
  const used = new Set<string>();
  const problems: string[] = [];
  const say = (node: Node, text: string) => problems.push(`${file.path}:${lineOf(node)}: ${text}`);

  function look(node: Node, local: ReadonlySet<string>): void {
    if (node.type === "identifier") {
      if (local.has(node.text)) return;
      used.add(node.text);
      if (!declared.has(node.text)) say(node, `${node.text} is not declared`);
      return;
    }
    const { inner, names } = scopeOf(node);
    const known = names.length > 0 ? new Set([...local, ...names]) : local;
    if (node.type === "call_expression") {
      const [callee] = childrenOf(node);
      if (callee?.type === "identifier" && !FUNCTIONS.has(callee.text)) say(node, `${callee.text} is no function`);
    }
    for (const child of inner) look(child, known);
  }

  look(file.root, new Set());
  for (const [name, node] of declared)
    if (!used.has(name) && node.type !== "resource_declaration" && node.type !== "module_declaration")
      say(node, `${name} is declared and nowhere used`);
  return problems;
}

/** The parts of a node that may name something, and the names that it brings itself. */
function scopeOf(node: Node): { inner: Node[]; names: string[] } {
  const children = childrenOf(node);
  const [first] = children;
  switch (node.type) {
    case "parameter_declaration":
    case "variable_declaration":
    case "resource_declaration":
    case "module_declaration":
    case "output_declaration":
      return { inner: children.slice(1).filter(({ type }) => type !== "type"), names: [] };
    case "object_property":
      // The key names nothing unless it is computed.
      return { inner: first?.type === "identifier" ? children.slice(1) : children, names: [] };
    case "call_expression":
      return { inner: first?.type === "identifier" ? children.slice(1) : children, names: [] };
    case "resource_expression":
      return { inner: children.slice(0, 1), names: [] };
    case "lambda_expression":
      return { inner: children.slice(-1), names: children.slice(0, -1).map(({ text }) => text) };
    case "for_statement": {
      const names = first?.type === "for_loop_parameters" ? childrenOf(first) : children.slice(0, 1);
      return { inner: children.slice(1), names: names.map(({ text }) => text) };
    }
    default:
      return { inner: children, names: [] };
  }
}

/** `rule.title` where no rule has a title, `roles.x` where there is no x: reads of variables that hold objects. */
export function readProblems(file: BicepFile): string[] {
  const variables = new Map(file.variables.map(({ name, value }) => [name, value]));
  const problems: string[] = [];

  function look(node: Node, shapes: ReadonlyMap<string, ReadonlySet<string>>): void {
    let known = shapes;
    if (node.type === "for_statement" || (node.type === "call_expression" && node.text.startsWith("map("))) {
      const [name, list] = loopOf(node);
      const items = list && variables.get(list.text);
      const keys = items && keysOfEach(items);
      if (name && keys) known = new Map([...shapes, [name.text, keys]]);
    }
    if (node.type === "member_expression") {
      const [object, property] = childrenOf(node);
      const keys = object?.type === "identifier" ? known.get(object.text) : undefined;
      if (keys && property && !keys.has(property.text))
        problems.push(`${file.path}:${lineOf(node)}: ${object?.text} has no ${property.text}`);
    }
    for (const child of childrenOf(node)) look(child, known);
  }

  const objects = [...variables].flatMap(([name, value]): [string, Set<string>][] =>
    value && bodyOf(value) && value.type === "object"
      ? [[name, new Set(propertiesOf(value).map(({ key }) => key))]]
      : [],
  );
  look(file.root, new Map(objects));
  return problems;
}

function loopOf(node: Node): [Node | undefined, Node | undefined] {
  const children = childrenOf(node);
  if (node.type === "for_statement") return [children[0], children[1]];
  const given = children[1] ? childrenOf(children[1]) : [];
  const lambda = given[1]?.type === "lambda_expression" ? childrenOf(given[1])[0] : undefined;
  return [lambda, given[0]];
}

/** The keys that each object of an array has; undefined when it is no array of objects. */
function keysOfEach(array: Node): ReadonlySet<string> | undefined {
  const items = childrenOf(array);
  if (array.type !== "array" || items.length === 0 || items.some(({ type }) => type !== "object")) return undefined;
  const [first = [], ...others] = items.map((item) => propertiesOf(item).map(({ key }) => key));
  return new Set(first.filter((key) => others.every((keys) => keys.includes(key))));
}
