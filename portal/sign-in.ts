import * as oauth from "oauth4webapi";
import type { PortalConfig } from "../lib/access/portal-config.ts";
import { Problem } from "./problem.ts";
import type { Person, SignedIn } from "./signed-in.ts";
import { rolesIn } from "./token-roles.ts";

/** What has to outlive the way to Entra and back: no token, and used once. */
type Journey = { state: string; nonce: string; verifier: string; returnTo: string; isSilent: boolean };

const JOURNEY = "sign-in";
/** Set while somebody is signed in, so that a reload signs them in again without a question. */
const WAS_SIGNED_IN = "signed-in";
const MARGIN_MS = 60_000;
const TIMEOUT_MS = 15_000;

/** Authorization code with PKCE (RFC 7636) at Entra, for this single-page application. */
export function makeSignIn({ entraUrl, tenantId, clientId, scope }: PortalConfig) {
  const tenant = `${entraUrl}/${tenantId}`;
  const server: oauth.AuthorizationServer = {
    issuer: `${tenant}/v2.0`,
    authorization_endpoint: `${tenant}/oauth2/v2.0/authorize`,
    token_endpoint: `${tenant}/oauth2/v2.0/token`,
  };
  const client: oauth.Client = { client_id: clientId, [oauth.clockTolerance]: 300 };
  const redirectUri = `${location.origin}/portal`;
  const options = () => ({
    signal: AbortSignal.timeout(TIMEOUT_MS),
    // The connector takes an Entra without TLS on loopback only.
    [oauth.allowInsecureRequests]: tenant.startsWith("http://"),
  });

  /** Leaves for Entra. `claims`: what Entra has to ask for besides (a claims challenge). */
  async function start({
    returnTo,
    isSilent = false,
    claims,
  }: {
    returnTo: string;
    isSilent?: boolean;
    claims?: string;
  }) {
    const journey: Journey = {
      state: oauth.generateRandomState(),
      nonce: oauth.generateRandomNonce(),
      verifier: oauth.generateRandomCodeVerifier(),
      returnTo,
      isSilent,
    };
    sessionStorage.setItem(JOURNEY, JSON.stringify(journey));
    const query = new URLSearchParams({
      client_id: clientId,
      response_type: "code",
      response_mode: "fragment",
      redirect_uri: redirectUri,
      scope,
      state: journey.state,
      nonce: journey.nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(journey.verifier),
      code_challenge_method: "S256",
      ...(isSilent ? { prompt: "none" } : {}),
      ...(claims ? { claims } : {}),
    });
    location.assign(`${server.authorization_endpoint}?${query}`);
  }

  /** Comes back from Entra with what stands in the address; the address is cleaned first. */
  async function finish(answer: URLSearchParams): Promise<SignedIn | "declined"> {
    const journey = takeJourney();
    history.replaceState(null, "", journey?.returnTo ?? "/portal");
    if (!journey) throw new Problem("sign-in-failed", "");
    try {
      const parameters = oauth.validateAuthResponse(server, client, answer, journey.state);
      const response = await oauth.authorizationCodeGrantRequest(
        server,
        client,
        oauth.None(),
        parameters,
        redirectUri,
        journey.verifier,
        options(),
      );
      const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
        expectedNonce: journey.nonce,
        requireIdToken: true,
      });
      sessionStorage.setItem(WAS_SIGNED_IN, "yes");
      return signedIn(tokens);
    } catch (error) {
      sessionStorage.removeItem(WAS_SIGNED_IN);
      // Entra asks for a person where it was asked not to: no failure, just not signed in.
      if (error instanceof oauth.AuthorizationResponseError && journey.isSilent) return "declined";
      throw new Problem(error instanceof TypeError ? "offline" : "sign-in-failed", wordsOf(error));
    }
  }

  function signedIn(first: oauth.TokenEndpointResponse): SignedIn {
    let tokens = first;
    let untilMs = endOf(first);
    let renewing: Promise<string> | undefined;

    const refresh = async (): Promise<string> => {
      if (!tokens.refresh_token) throw new Problem("signed-out", "");
      try {
        const response = await oauth.refreshTokenGrantRequest(
          server,
          client,
          oauth.None(),
          tokens.refresh_token,
          // Entra takes a refresh without it for one of a token for the portal itself, where that shares the API's registration.
          { ...options(), additionalParameters: { scope } },
        );
        const renewed = await oauth.processRefreshTokenResponse(server, client, response);
        tokens = { ...renewed, refresh_token: renewed.refresh_token ?? tokens.refresh_token };
        untilMs = endOf(renewed);
        return tokens.access_token;
      } catch (error) {
        throw new Problem(error instanceof TypeError ? "offline" : "signed-out", "");
      }
    };
    const renew = () => {
      renewing ??= refresh().finally(() => {
        renewing = undefined;
      });
      return renewing;
    };
    const claims = oauth.getValidatedIdTokenClaims(first);
    const person: Person = {
      id: textOf(claims?.oid)?.toLowerCase(),
      name: textOf(claims?.name) ?? textOf(claims?.preferred_username) ?? "",
      roles: rolesIn(first.access_token),
    };
    return { person, renew, accessToken: async () => (Date.now() < untilMs ? tokens.access_token : renew()) };
  }

  return {
    start,
    finish,
    /** What Entra wrote into the address of this page, if this page is the way back from it. */
    answerInAddress: (): URLSearchParams | undefined =>
      [location.hash.slice(1), location.search.slice(1)]
        .map((text) => new URLSearchParams(text))
        .find((found) => found.has("state") && (found.has("code") || found.has("error"))),
    wasSignedIn: () => sessionStorage.getItem(WAS_SIGNED_IN) !== null,
    signOut() {
      sessionStorage.removeItem(WAS_SIGNED_IN);
      const query = new URLSearchParams({ post_logout_redirect_uri: redirectUri });
      location.assign(`${tenant}/oauth2/v2.0/logout?${query}`);
    },
  };
}
export type SignIn = ReturnType<typeof makeSignIn>;

function takeJourney(): Journey | undefined {
  const kept = sessionStorage.getItem(JOURNEY);
  sessionStorage.removeItem(JOURNEY);
  return kept ? (JSON.parse(kept) as Journey) : undefined;
}

const endOf = ({ expires_in = 0 }: oauth.TokenEndpointResponse) => Date.now() + expires_in * 1000 - MARGIN_MS;

const textOf = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);

/** Entra's own words for why it refused; they hold no secret. */
function wordsOf(error: unknown): string {
  if (error instanceof oauth.AuthorizationResponseError || error instanceof oauth.ResponseBodyError)
    return error.error_description ?? error.error;
  return "";
}
