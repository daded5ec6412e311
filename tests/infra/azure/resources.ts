import { type BicepFile, type Block, keysOf, valueAt, variableOf } from "./bicep-file.ts";
import { describedBy, type Schemas, type Shape } from "./schema.ts";
import { childrenOf, lineOf, literalOf, type Node, nodesOf, propertiesOf } from "./syntax.ts";

/** What Bicep itself understands in a resource. */
const OF_BICEP = ["parent", "scope", "dependsOn"];
/** What tells one resource from another; applications and principals in Entra have keys of their own. */
const IDENTIFYING = ["name", "appId", "uniqueName"];
/** Told by the type and version that the declaration names. */
const OF_DECLARATION = ["type", "apiVersion"];
const KINDS: Record<string, string> = { string: "string", number: "int", boolean: "bool" };

export type Visit = (resource: string, shape: string) => void;

/** Properties of resources that do not exist, are written in another case, are missing, are read-only, or hold something else. */
export function resourceProblems(file: BicepFile, schemas: Schemas, visit: Visit = () => undefined): string[] {
  return file.resources.flatMap((resource) => [
    ...(schemas[resource.of] ? [] : [`${file.path}:${lineOf(resource.node)}: ${resource.of} is not known`]),
    ...(resource.isExisting ? keyProblems(file, resource) : bodyProblems(file, resource, schemas, visit)),
    ...readProblems(file, resource, schemas, visit),
  ]);
}

/** A resource that is there already says which one it is, and nothing more. */
function keyProblems(file: BicepFile, resource: Block): string[] {
  const keys = keysOf(resource.body).filter((key) => !OF_BICEP.includes(key));
  const isKnown = keys.length === 1 && keys.every((key) => IDENTIFYING.includes(key));
  return isKnown ? [] : [`${file.path}:${lineOf(resource.node)}: ${resource.name} is not told by its name alone`];
}

function bodyProblems(file: BicepFile, resource: Block, schemas: Schemas, visit: Visit): string[] {
  const schema = schemas[resource.of];
  if (!schema) return [];
  const problems: string[] = [];
  const say = (node: Node, text: string) => problems.push(`${file.path}:${lineOf(node)}: ${resource.name}: ${text}`);

  function checkObject(object: Node, shape: Shape, path: string): void {
    const given = propertiesOf(object);
    const kind = shape.by ? literalOf(given.find(({ key }) => key === shape.by)?.value) : undefined;
    const properties = { ...shape.properties, ...shape.variants?.[kind ?? ""] };
    if (shape.variants && !shape.variants[kind ?? ""]) say(object, `${path}${shape.by} names no known kind`);
    for (const { key, value, node } of given) {
      if (path === "" && OF_BICEP.includes(key)) continue;
      const described = properties[key] ?? shape.others;
      const other = Object.keys(properties).find((name) => name.toLowerCase() === key.toLowerCase());
      if (described === undefined)
        say(node, other ? `${path}${key} is written ${other}` : `${path}${key} does not exist`);
      else if (describedBy(described).isReadOnly) say(node, `${path}${key} is read-only`);
      else check(value, describedBy(described).type, `${path}${key}`);
    }
    for (const [key, described] of Object.entries(properties))
      if (describedBy(described).isRequired && !given.some((property) => property.key === key) && !isTold(key, path))
        say(object, `${path}${key} is missing`);
  }

  const isTold = (key: string, path: string) => path === "" && OF_DECLARATION.includes(key);

  function check(value: Node, type: string, path: string): void {
    for (const node of branchesOf(file, value)) {
      const item = type.endsWith("[]") ? type.slice(0, -2) : undefined;
      const shape = schema?.shapes[type];
      if (item !== undefined && node.type === "array")
        for (const each of childrenOf(node)) check(each, item, `${path}[]`);
      else if (item !== undefined && node.type === "for_statement")
        check(childrenOf(node).at(-1) ?? node, item, `${path}[]`);
      else if (shape) {
        visit(resource.of, type);
        if (node.type === "object") checkObject(node, shape, `${path}.`);
        else if (node.type in KINDS || node.type === "array") say(node, `${path} is no ${type}`);
      } else checkPlain(node, type, path);
    }
  }

  function checkPlain(node: Node, type: string, path: string): void {
    const kind = KINDS[node.type];
    const literal = literalOf(node);
    const choices = type.split(" | ");
    if (choices.length > 1 || !["string", "int", "bool", "any"].includes(type)) {
      // A list that is open to any string still names all that there are.
      const isListed = literal === undefined || choices.includes(literal) || choices.every((each) => each === "string");
      if (!isListed) say(node, `${path} is none of ${type}`);
      return;
    }
    if (kind && type !== "any" && kind !== type) say(node, `${path} is no ${type}`);
  }

  checkObject(resource.body, schema.body, "");
  return problems;
}

/** What a value can be: both sides of a condition, what a variable holds, the parts of a union. */
function branchesOf(file: BicepFile, node: Node): Node[] {
  const children = childrenOf(node);
  if (node.type === "parenthesized_expression") return children.flatMap((child) => branchesOf(file, child));
  if (node.type === "ternary_expression") return children.slice(1).flatMap((child) => branchesOf(file, child));
  if (node.type === "identifier") {
    const value = variableOf(file, node.text);
    return value ? branchesOf(file, value) : [node];
  }
  const [callee, given] = children;
  if (node.type === "call_expression" && (callee?.text === "union" || callee?.text === "concat"))
    return (given ? childrenOf(given) : []).flatMap((child) => branchesOf(file, child));
  return [node];
}

/** `storage.properties.primaryEndpoints.blob`: the properties of a resource that something else reads. */
function readProblems(file: BicepFile, resource: Block, schemas: Schemas, visit: Visit): string[] {
  const schema = schemas[resource.of];
  if (!schema) return [];
  const kind = literalOf(valueAt(resource, schema.body.by ?? "name"));
  const top = { ...schema.body.properties, ...schema.body.variants?.[kind ?? ""] };
  const chains = [...nodesOf(file.root)].filter(({ type }) => type === "member_expression");
  return chains.flatMap((chain) => {
    const [name, ...path] = chain.text.split(".");
    if (name !== resource.name || !/^[\w.]+$/.test(chain.text)) return [];
    let properties: Record<string, string> | undefined = top;
    for (const key of path) {
      if (!properties) return [];
      const described: string | undefined = properties[key];
      if (described === undefined) return [`${file.path}:${lineOf(chain)}: ${chain.text}: there is no ${key}`];
      const { type } = describedBy(described);
      const shape: Shape | undefined = schema.shapes[type];
      if (shape) visit(resource.of, type);
      properties = shape && !shape.others ? shape.properties : undefined;
    }
    return [];
  });
}
