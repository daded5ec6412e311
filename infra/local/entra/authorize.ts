import { randomUUID } from "node:crypto";
import type { Principal } from "../principals.ts";
import type { StandInAnswer, StandInRequest } from "../stand-in.ts";
import { choosePage, problemPage, signedOutPage } from "./choose-page.ts";
import type { Realm } from "./realm.ts";
import { EntraRefusal } from "./refusal.ts";
import { findPerson, mayReturnTo, redirectBack, returnTo, type SignIn, signIn } from "./sign-in.ts";

const SESSION_COOKIE = "ENTRA_STAND_IN_SESSION";

/** The authorization endpoint: asks who the browser's user is and sends a code back. */
export function authorizeEndpoint(realm: Realm) {
  const grant = (asked: SignIn, person: Principal): StandInAnswer => {
    const { clientId, redirectUri, codeChallenge, scope, nonce } = asked;
    const granted = { clientId, redirectUri, codeChallenge, scope, principalId: person.id };
    const code = realm.grants.issueCode(nonce === undefined ? granted : { ...granted, nonce });
    const answer = redirectBack(asked, { code, session_state: randomUUID() });
    const cookie = `${SESSION_COOKIE}=${person.id}; Path=/; HttpOnly; SameSite=Lax`;
    return { ...answer, headers: { ...answer.headers, "set-cookie": cookie } };
  };

  /** Refusals go to the page as long as the redirect URI is in doubt, then to the client. */
  const answering = (query: URLSearchParams, answer: (asked: SignIn) => StandInAnswer): StandInAnswer => {
    try {
      const to = returnTo(realm, query);
      try {
        return answer(signIn(realm, query, to));
      } catch (error) {
        if (!(error instanceof EntraRefusal)) throw error;
        return redirectBack(to, { error: error.error, error_description: error.message });
      }
    } catch (error) {
      if (error instanceof EntraRefusal) return problemPage(error.status, error.message);
      throw error;
    }
  };

  return {
    show: ({ query, headers }: StandInRequest) =>
      answering(query, (asked) => {
        const signedIn = findPerson(realm, sessionOf(headers.cookie));
        const hinted = findPerson(realm, asked.loginHint);
        if (asked.prompt === "none") {
          if (signedIn && (!asked.loginHint || hinted === signedIn)) return grant(asked, signedIn);
          throw new EntraRefusal(
            "login_required",
            50058,
            "A silent sign-in request was sent but no user is signed in.",
          );
        }
        const people = realm.principals.filter(({ kind }) => kind === "person");
        const action = `/${realm.tenantId}/login?${query}`;
        return choosePage({ action, people, suggested: hinted ?? signedIn });
      }),

    choose: ({ query, body }: StandInRequest) =>
      answering(query, (asked) => {
        const person = findPerson(realm, new URLSearchParams(body).get("person") ?? undefined);
        if (!person)
          throw new EntraRefusal("invalid_request", 50034, "The user account does not exist in the directory.");
        return grant(asked, person);
      }),

    signOut({ query }: StandInRequest): StandInAnswer {
      const forget = { "set-cookie": `${SESSION_COOKIE}=; Path=/; Max-Age=0` };
      const target = query.get("post_logout_redirect_uri") ?? "";
      if (mayReturnTo(target)) return { status: 302, headers: { location: target, ...forget } };
      const page = signedOutPage();
      return { ...page, headers: { ...page.headers, ...forget } };
    },
  };
}

function sessionOf(cookies = ""): string | undefined {
  return new RegExp(`(?:^|; )${SESSION_COOKIE}=([^;]*)`).exec(cookies)?.[1];
}
