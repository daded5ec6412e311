/** A text with its placeholders filled in, all in one go: a value that looks like a placeholder is only a value. */
export function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (placeholder, name: string) => values[name] ?? placeholder);
}

/** `text` with at most `limit` code points; what is cut ends with an ellipsis. */
export function cut(text: string, limit: number): string {
  const points = [...text];
  return points.length <= limit ? text : `${points.slice(0, Math.max(0, limit - 1)).join("")}…`;
}

/** A text filled in to at most `limit` code points. When too long the organization's name is cut first, then the words. */
export function fitted(text: string, values: { organization: string; matchCode: string }, limit: number): string {
  const rest = filled(text, { ...values, organization: "" });
  const organization = cut(values.organization, limit - [...rest].length);
  return cut(filled(text, { ...values, organization }), limit);
}
