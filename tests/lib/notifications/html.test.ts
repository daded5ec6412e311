import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { html } from "../../../lib/notifications/html.ts";
import { anyText } from "../any-text.ts";

describe("Text in HTML", () => {
  test("is escaped, HTML is not", () => {
    const inner = html`<b>${"<i>"}</b>`;
    expect(html`${`&<>"'`}${inner}${undefined}`.html).toBe("&amp;&lt;&gt;&quot;&#39;<b>&lt;i&gt;</b>");
  });

  test("can neither open a tag nor leave an attribute, and reads the same again", async () => {
    const entities: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&" };
    const hostile = fc.oneof(
      anyText(),
      fc.string({ unit: fc.constantFrom("<", ">", "&", '"', "'", "a", ";", "lt", "amp") }),
    );
    await fc.assert(
      fc.property(hostile, (text) => {
        const made = html`${text}`.html;
        expect(made).not.toMatch(/[<>"']/);
        expect(made.replace(/&(lt|gt|quot|#39|amp);/g, (entity) => entities[entity] ?? "")).toBe(text);
      }),
      { numRuns: 500 },
    );
  });
});
