import { type Constraint, routeConstraint } from "./route-constraint.ts";

type Parameter = {
  name: string;
  isCatchAll: boolean;
  isOptional: boolean;
  standard: string | undefined;
  constraints: Constraint[];
};
type Part = string | Parameter;
type Segment = { parts: Part[]; pattern: RegExp };

/** A compiled ASP.NET route template. `precedence` sorts: the smaller one is tried first. */
export type Route = { precedence: string; match: (path: string) => Record<string, string> | undefined };

/**
 * Compiles a route template as ASP.NET reads it: `sessions/{id:guid}`, `{name?}`, `{page=1}`, `{a}-{b}`, `{*path}`
 * (learn.microsoft.com/aspnet/core/fundamentals/routing#route-templates). Matching ignores case.
 */
export function compileRoute(template: string): Route {
  const segments = splitSegments(template).map(parseSegment);
  const misplaced = segments
    .slice(0, -1)
    .some(({ parts }) => parts.some((part) => isParameter(part) && part.isCatchAll));
  if (misplaced) throw new Error(`in "${template}" only the last segment may be a catch-all`);
  return {
    precedence: segments.map(segmentPrecedence).join(""),
    match: (path) => matchSegments(segments, splitPath(path)),
  };
}

/** As Kestrel does: percent-decoded except for an encoded slash, which stays; a slash at the end does not count. */
function splitPath(path: string): string[] {
  const inner = path.replace(/^\//, "").replace(/\/$/, "");
  return inner === "" ? [] : inner.split("/").map(decodeExceptSlash);
}

function decodeExceptSlash(text: string): string {
  return text
    .split(/(%2f)/i)
    .map((piece) => {
      if (/^%2f$/i.test(piece)) return piece;
      try {
        return decodeURIComponent(piece);
      } catch {
        return piece;
      }
    })
    .join("");
}

function matchSegments(segments: Segment[], path: string[]): Record<string, string> | undefined {
  const values: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const [only] = segment.parts;
    if (isParameter(only) && only.isCatchAll) {
      const rest = path.slice(index).join("/") || only.standard;
      if (rest !== undefined && !only.constraints.every((fits) => fits(rest))) return undefined;
      return rest === undefined ? values : { ...values, [only.name]: rest };
    }
    const given = path[index] ?? "";
    if (given === "") {
      if (!isParameter(only)) return undefined;
      if (only.standard !== undefined) values[only.name] = only.standard;
      else if (!only.isOptional) return undefined;
      continue;
    }
    const found = segment.pattern.exec(given);
    if (!found) return undefined;
    for (const [position, parameter] of segment.parts.filter(isParameter).entries()) {
      const value = found[position + 1] ?? "";
      if (!parameter.constraints.every((fits) => fits(value))) return undefined;
      values[parameter.name] = value;
    }
  }
  return path.length > segments.length ? undefined : values;
}

/** Splits at the slashes outside of braces. */
function splitSegments(template: string): string[] {
  const trimmed = template.replace(/^~?\//, "").replace(/\/$/, "");
  if (trimmed === "") return [];
  const segments = [""];
  let depth = 0;
  for (const character of trimmed) {
    if (character === "{") depth += 1;
    if (character === "}") depth -= 1;
    if (character === "/" && depth === 0) segments.push("");
    else segments[segments.length - 1] += character;
  }
  if (segments.includes("")) throw new Error(`"${template}" is not a route template`);
  return segments;
}

/** In a template `{{` and `}}` stand for one brace, in literals and in regular expressions. */
function parseSegment(text: string): Segment {
  const parts: Part[] = [];
  let rest = text;
  while (rest !== "") {
    const literal = /^(?:\{\{|\}\}|[^{}])+/.exec(rest)?.[0];
    const inner = literal ? undefined : /^\{((?:\{\{|\}\}|[^{}])+)\}/.exec(rest);
    if (literal) parts.push(unescapeBraces(literal));
    else if (inner?.[1]) parts.push(parseParameter(inner[1]));
    else throw new Error(`"${text}" is not a route segment`);
    rest = rest.slice(literal?.length ?? inner?.[0].length);
  }
  const mayBeMissing = (part: Part) =>
    isParameter(part) && (part.isCatchAll || part.isOptional || part.standard !== undefined);
  if (parts.length > 1 && parts.some(mayBeMissing)) {
    throw new Error(`"${text}": only a parameter alone in its segment may be missing or a catch-all`);
  }
  const source = parts.map((part) => (isParameter(part) ? "(.+)" : escapeRegExp(part))).join("");
  return { parts, pattern: new RegExp(`^${source}$`, "is") };
}

function parseParameter(text: string): Parameter {
  const found = /^(\*{0,2})([^:=?*]+)((?::[a-z]+(?:\(.*?\)(?=[:=?]|$))?)*)(?:=(.*?))?(\?)?$/is.exec(text);
  if (!found) throw new Error(`"{${text}}" is not a route parameter`);
  const [, stars = "", name = "", constraints = "", standard, optional] = found;
  return {
    name: name.trim(),
    isCatchAll: stars !== "",
    isOptional: optional !== undefined,
    standard,
    constraints: [...constraints.matchAll(/:([a-z]+(?:\(.*?\)(?=:|$))?)/gis)].map((each) =>
      routeConstraint(unescapeBraces(each[1] ?? "")),
    ),
  };
}

/** The order of ASP.NET's RoutePrecedence: literal, constrained or mixed segment, parameter, catch-all. */
function segmentPrecedence({ parts }: Segment): string {
  const [only] = parts;
  if (parts.length > 1) return "2";
  if (!isParameter(only)) return "1";
  if (only.isCatchAll) return only.constraints.length > 0 ? "4" : "5";
  return only.constraints.length > 0 ? "2" : "3";
}

function isParameter(part: Part | undefined): part is Parameter {
  return typeof part === "object";
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

function unescapeBraces(text: string): string {
  return text.replaceAll("{{", "{").replaceAll("}}", "}");
}
