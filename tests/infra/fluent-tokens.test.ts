import { webDarkTheme, webLightTheme } from "@fluentui/tokens";
import { describe, expect, test } from "@jest/globals";
import { tokensFor } from "../../infra/fluent-tokens.ts";

const light = webLightTheme.colorNeutralBackground1;
const dark = webDarkTheme.colorNeutralBackground1;

describe("The tokens of the portal", () => {
  test("are those that its CSS uses, and the dark ones where they differ", () => {
    const styles = [
      ["a.css", "p { background: var(--colorNeutralBackground1); gap: var( --spacingHorizontalM ) }"],
    ] as const;
    expect(tokensFor(styles)).toEqual({
      contents:
        `:root{--colorNeutralBackground1:${light};--spacingHorizontalM:12px;}\n` +
        `@media (prefers-color-scheme:dark){:root{--colorNeutralBackground1:${dark};}\n}\n`,
      unknown: [],
    });
  });

  test("are named once, in one order, however often and where they are used", () => {
    const a = ["a.css", "p { color: var(--colorBrandForeground1); width: var(--spacingVerticalM) }"] as const;
    const b = ["b.css", "q { color: var(--colorBrandForeground1, red); border: var(--strokeWidthThin) }"] as const;
    expect(tokensFor([a, b]).contents).toBe(tokensFor([b, a]).contents);
    expect(tokensFor([a, b]).contents.match(/strokeWidthThin/g)).toHaveLength(1);
  });

  test("leave alone what the portal declares itself, and what stands in a comment", () => {
    const styles = [
      ["a.css", "/* var(--colorNeutralStroke1) and var(--gone) */ :root { --own : 1px; --spacingVerticalM: 2px }"],
      ["b.css", "p { width: var(--own); height: var(--spacingVerticalM) }"],
    ] as const;
    expect(tokensFor(styles)).toEqual({ contents: expect.not.stringContaining("--"), unknown: [] });
  });

  test("that nobody has are told, each file once", () => {
    const styles = [
      ["styles/page.css", "p { color: var(--colorBrandFourground1); fill: var(--colorBrandFourground1) }"],
    ] as const;
    expect(tokensFor(styles).unknown).toEqual([
      "portal/styles/page.css: --colorBrandFourground1 is neither a Fluent token nor declared in the portal's CSS.",
    ]);
  });
});
