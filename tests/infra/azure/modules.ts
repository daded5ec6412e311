import { posix } from "node:path";
import { type BicepFile, type Block, keysOf, valueAt } from "./bicep-file.ts";
import { childrenOf, lineOf, type Node, nodesOf, propertiesOf } from "./syntax.ts";

const OF_MODULES = ["name", "scope", "params", "dependsOn"];

/** Parameters that a module has not or misses, outputs that it has not, and outputs that nobody reads. */
export function moduleProblems(files: readonly BicepFile[]): string[] {
  const read = new Set<string>();
  const problems = files.flatMap((file) =>
    file.modules.flatMap((module) => {
      const path = posix.join(posix.dirname(file.path), module.of);
      const target = files.find((other) => other.path === path);
      const where = `${file.path}:${lineOf(module.node)}: ${module.name}`;
      if (!target) return [`${where} is no file: ${module.of}`];
      const outputs = outputsRead(file, module);
      for (const { name } of outputs) read.add(`${path} ${name}`);
      const keys = keysOf(module.body).filter((key) => !OF_MODULES.includes(key));
      return [
        ...keys.map((key) => `${where} has ${key}, which no module has`),
        ...(valueAt(module, "name") ? [] : [`${where} has no name`]),
        ...parameterProblems(module, target).map((text) => `${where} ${text}`),
        ...outputs
          .filter(({ name }) => !target.outputs.some((output) => output.name === name))
          .map(({ name, node }) => `${file.path}:${lineOf(node)}: ${module.name} has no output ${name}`),
      ];
    }),
  );
  const modules = new Set(
    files.flatMap((file) => file.modules.map(({ of }) => posix.join(posix.dirname(file.path), of))),
  );
  const unread = files
    .filter(({ path }) => modules.has(path))
    .flatMap(({ path, outputs }) => outputs.map(({ name }) => ({ path, name })))
    .filter(({ path, name }) => !read.has(`${path} ${name}`));
  return [...problems, ...unread.map(({ path, name }) => `${path}: nobody reads the output ${name}`)];
}

function parameterProblems(module: Block, target: BicepFile): string[] {
  const given = valueAt(module, "params");
  const names = given ? propertiesOf(given).map(({ key }) => key) : [];
  const unknown = names.filter((name) => !target.params.some((param) => param.name === name));
  const missing = target.params.filter(({ name, isRequired }) => isRequired && !names.includes(name));
  return [
    ...unknown.map((name) => `gives ${name}, which ${target.path} does not take`),
    ...missing.map(({ name }) => `does not give ${name}, which ${target.path} requires`),
  ];
}

function outputsRead(file: BicepFile, module: Block): { name: string; node: Node }[] {
  return [...nodesOf(file.root)].flatMap((node) => {
    const [object, property] = node.type === "member_expression" ? childrenOf(node) : [];
    const isOutput = object?.text === `${module.name}.outputs` && object.type === "member_expression";
    return isOutput && property ? [{ name: property.text, node }] : [];
  });
}
