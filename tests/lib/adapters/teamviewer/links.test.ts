import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { isTeamViewerLink } from "../../../../lib/adapters/teamviewer/links.ts";

const usual = ["https://webapi.teamviewer.com", "https://login.teamviewer.com"];

describe("A link leads to TeamViewer", () => {
  test.each([
    "https://teamviewer.com",
    "https://get.teamviewer.com/s12345678",
    "https://start.teamviewer.com/12345/v15/?a=b#c",
    "https://a.b.c.teamviewer.com/",
    "HTTPS://GET.TEAMVIEWER.COM/s12",
    "https://get.teamviewer.com:443/s12",
  ])("when it is %s", (link) => {
    expect(isTeamViewerLink(link, usual)).toBe(true);
  });

  test("when its host is the one that is configured, over the same protocol", () => {
    expect(isTeamViewerLink("http://127.0.0.1:8000/s12", ["http://127.0.0.1:8000"])).toBe(true);
    expect(isTeamViewerLink("https://127.0.0.1:8000/s12", ["http://127.0.0.1:8000"])).toBe(false);
    expect(isTeamViewerLink("http://127.0.0.2:8000/s12", ["http://127.0.0.1:8000"])).toBe(false);
    expect(isTeamViewerLink("http://127.0.0.1:8000/s12", usual)).toBe(false);
    expect(isTeamViewerLink("http://127.0.0.1:8000/s12", [])).toBe(false);
    expect(isTeamViewerLink("https://tv.contoso.example/s12", [...usual, "https://tv.contoso.example"])).toBe(true);
  });
});

describe("A link does not lead to TeamViewer", () => {
  test.each([
    "",
    "s12345678",
    "/s12345678",
    "//get.teamviewer.com/s12",
    "http://get.teamviewer.com/s12",
    "ftp://get.teamviewer.com/s12",
    "javascript:alert('https://get.teamviewer.com')",
    "data:text/html,https://get.teamviewer.com",
    "teamviewer10://control?device=1",
    "https://teamviewer.com.evil.example/s12",
    "https://evilteamviewer.com/s12",
    "https://get-teamviewer.com/s12",
    "https://teamviewer.evil.example",
    "https://evil.example/https://get.teamviewer.com",
    "https://evil.example?get.teamviewer.com",
    "https://evil.example#.teamviewer.com",
    "https://get.teamviewer.com@evil.example/s12",
    "https://get.teamviewer.com:pass@evil.example/s12",
    "https://user@get.teamviewer.com/s12",
    "https://user:pass@get.teamviewer.com/s12",
    "https://evil.example\\@get.teamviewer.com/s12",
    "https://evil.example\\.teamviewer.com/s12",
    "https://evil.example%2f.teamviewer.com/s12",
    "https://teamviewer.co/s12",
    "https://teamviewer.com./s12",
    "https://tеamviewer.com/s12",
    "https://get.teamviewer。com/s12",
    "https://xn--tamviewer-1ij.com/s12",
    "https://.teamviewer.com.evil.example",
    " https://get.teamviewer.com/s12",
    "https://get.teamviewer.com/s12\n",
    "https://get.teamviewer.com/\r\nSet-Cookie: a=b",
    "https://get.team\tviewer.com/s12",
    "https://get.teamviewer.com/s12\u0000",
  ])("when it is %j", (link) => {
    expect(isTeamViewerLink(link, usual)).toBe(false);
  });

  test("whatever else it is: every link that is taken opens at TeamViewer, over https, and is one line", async () => {
    const piece = fc.constantFrom(
      "https://",
      "http://",
      "teamviewer.com",
      "get.",
      "evil.example",
      "@",
      "/",
      "\\",
      ":",
      "443",
      "#",
      "?",
      ".",
      "%2e",
      "\n",
      "xn--",
    );
    const link = fc.oneof(
      fc.webUrl(),
      fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join("")),
    );
    await fc.assert(
      fc.property(link, (text) => {
        if (!isTeamViewerLink(text, usual)) return;
        const { protocol, hostname, username } = new URL(text);
        expect(protocol).toBe("https:");
        expect(`.${hostname}`).toMatch(/\.teamviewer\.com$/);
        expect(username).toBe("");
        expect(text).not.toMatch(/\s/);
      }),
      { numRuns: 500, examples: [["https://get.teamviewer.com/s12"]] },
    );
  });
});
