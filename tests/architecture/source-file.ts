import { parseSync, printSync } from "@swc/core";

/** One import (or re-export, or `import()`) of a file: from where, which names, and whether only types come. */
export type Import = { from: string; names: readonly string[]; isTypeOnly: boolean };

/** A source file as the rules look at it. `code` is the file without its comments. */
export type SourceFile = {
  path: string;
  text: string;
  code: string;
  imports: readonly Import[];
  nodeTypes: Set<string>;
};

type Node = { type?: unknown; [field: string]: unknown };

/** Reads a file with the parser that also runs it, so that comments and strings are not taken for code. */
export function sourceFileOf(path: string, text: string): SourceFile {
  const parsed = parseSync(text, { syntax: "typescript", tsx: path.endsWith(".tsx"), comments: false });
  const imports: Import[] = [];
  const nodeTypes = new Set<string>();
  walk(parsed, (node) => {
    nodeTypes.add(node.type === "TsKeywordType" ? `${node.type} ${node.kind}` : String(node.type));
    const found = importOf(node);
    if (found) imports.push(found);
  });
  return { path, text, code: printSync(parsed).code, imports, nodeTypes };
}

function walk(value: unknown, visit: (node: Node) => void) {
  if (typeof value !== "object" || value === null) return;
  if ("type" in value) visit(value as Node);
  for (const child of Object.values(value)) walk(child, visit);
}

type Specifier = { type: string; isTypeOnly?: boolean; local?: Named; imported?: Named | null; orig?: Named };
type Named = { value: string };

function importOf(node: Node): Import | undefined {
  if (node.type === "CallExpression" && (node.callee as Node).type === "Import") {
    const [argument] = node.arguments as { expression: Node }[];
    return { from: String(argument?.expression.value ?? "?"), names: ["*"], isTypeOnly: false };
  }
  const isImport = node.type === "ImportDeclaration";
  const isReExport = node.type === "ExportNamedDeclaration" || node.type === "ExportAllDeclaration";
  const source = node.source as Named | null | undefined;
  if (!source || !(isImport || isReExport)) return undefined;
  const specifiers = (node.specifiers ?? []) as Specifier[];
  const values = specifiers.filter((specifier) => !specifier.isTypeOnly);
  const areAllTypes = specifiers.length > 0 && values.length === 0;
  const names = node.type === "ExportAllDeclaration" ? ["*"] : values.map(nameOf);
  return { from: source.value, names, isTypeOnly: node.typeOnly === true || areAllTypes };
}

function nameOf({ type, imported, orig, local }: Specifier): string {
  if (type.includes("Namespace")) return "*";
  return (imported ?? orig ?? local)?.value ?? "default";
}
