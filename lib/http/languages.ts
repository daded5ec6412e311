import type { HttpRequest } from "@azure/functions";

/** The languages a browser asks for, best first (RFC 9110 section 12.5.4). */
export function languagesOf(request: HttpRequest): string[] {
  const header = (request.headers.get("accept-language") ?? "").slice(0, 500);
  const ranges = header.split(",").map((part) => {
    const [tag = "", ...parameters] = part.split(";");
    const quality = parameters.map((parameter) => /^\s*q=([01](?:\.\d{1,3})?)\s*$/i.exec(parameter)?.[1]).find(Boolean);
    return { tag: tag.trim(), quality: Number(quality ?? 1) };
  });
  return ranges
    .filter(({ tag, quality }) => /^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{1,8})*$/.test(tag) && quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map(({ tag }) => tag);
}
