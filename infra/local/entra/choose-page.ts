import type { Principal } from "../principals.ts";
import type { StandInAnswer } from "../stand-in.ts";
import { userName } from "./claims.ts";

type Choice = { action: string; people: Principal[]; suggested: Principal | undefined };

/** "Choose who you are": a form with one button per demo person. */
export function choosePage({ action, people, suggested }: Choice): StandInAnswer {
  const first = suggested ? [suggested, ...people.filter((person) => person !== suggested)] : people;
  const choices = first.map(
    (person) => `
      <li>
        <button name="person" value="${escapeHtml(person.id)}"${person === suggested ? " autofocus" : ""}>
          <strong>${escapeHtml(person.name)}</strong>
          <span>${escapeHtml(userName(person))}</span>
          <span>${escapeHtml(person.roles.join(", ") || "no role")}</span>
        </button>
      </li>`,
  );
  return page(
    200,
    "Choose who you are",
    `<p>A stand-in for Microsoft Entra. The demo people need no password.</p>
    <form method="post" action="${escapeHtml(action)}">
      <ul>${choices.join("")}
      </ul>
    </form>`,
  );
}

/** What a browser sees when it cannot be sent back to the client. */
export function problemPage(status: number, text: string): StandInAnswer {
  return page(status, "Sign-in is not possible", `<p>${escapeHtml(text)}</p>`);
}

export function signedOutPage(): StandInAnswer {
  return page(200, "You are signed out", "<p>You can close this page.</p>");
}

function page(status: number, title: string, content: string): StandInAnswer {
  const body = `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${title}</title>
  <style>
    body { font: 1rem/1.5 system-ui, sans-serif; max-width: 30rem; margin: 3rem auto; padding: 0 1rem; color: #1b1b1b; background: #fff }
    ul { list-style: none; padding: 0 }
    li { margin-bottom: .5rem }
    button { font: inherit; color: inherit; width: 100%; padding: .75rem 1rem; text-align: start; background: #f3f6fb; border: 1px solid #5a6b85; border-radius: .25rem; cursor: pointer }
    button:hover { background: #e1e9f5 }
    button:focus-visible { outline: 3px solid #0b57d0; outline-offset: 2px }
    strong, span { display: block }
    span { color: #40474f }
  </style>
</head>
<body>
  <main>
    <h1>${title}</h1>
    ${content}
  </main>
</body>
</html>
`;
  const headers = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
  };
  return { status, headers, body };
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
