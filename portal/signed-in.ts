/** Who signed in, as Entra's ID token says; the roles, as the API's token does. */
export type Person = { id: string | undefined; name: string; roles: readonly string[] };

/** A sign-in: its tokens stay in this closure, so they are gone with the page. */
export type SignedIn = {
  person: Person;
  /** A token that is still good for a minute. Throws the problem `signed-out` when Entra gives none any more. */
  accessToken: () => Promise<string>;
  /** Asks for a new token though the one at hand has not run out. */
  renew: () => Promise<string>;
};
