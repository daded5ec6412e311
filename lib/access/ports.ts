/**
 * The actions that Intune grants the person whose access token of this API it is, `*` for all. Throws `unauthenticated`
 * when that person has to sign in again, `upstream-unavailable` or `upstream-invalid` when nobody can tell.
 */
export type IntuneActionsOf = (userToken: string) => Promise<readonly string[]>;
