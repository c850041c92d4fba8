import type { Json } from "#shared/ports/table.ts";

/** The OAuth app that an ops admin registered at the vendor for this hub. */
export interface OAuthApp {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Root of the vendor's authorization server; absent: the vendor's own. */
  readonly authorizationUrl?: string;
  /** Root of the vendor's API; absent: the vendor's own. */
  readonly apiUrl?: string;
}

/** Tokens as the vendor just gave them. */
export interface TokenSet {
  readonly accessToken: string;
  /** Absent where the vendor keeps the old one valid. */
  readonly refreshToken?: string;
  readonly expiresAtMs: number;
  readonly scopes: readonly string[];
}

/** A workspace that a consent covers. */
export interface ConsentedSite {
  /** The vendor's id of it. */
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly scopes: readonly string[];
  /** Settings with which a connection of this site begins. */
  readonly settings: Readonly<Record<string, Json>>;
}

/**
 * One vendor's OAuth 2.0 authorization code flow. Each method makes at most one request and throws
 * `HubError`: `connector.unauthorized` when the vendor refuses the code or the refresh token for good.
 */
export interface OAuthProvider {
  readonly scopes: readonly string[];
  /** Asked for as well only where the hub shall write into the tool. */
  readonly writeScopes?: readonly string[];
  /** Whether a refresh token dies when it is used; then exactly one may use it. */
  readonly rotatesRefreshTokens: boolean;
  /** Days without use after which the vendor lets a refresh token lapse; absent: never. */
  readonly refreshTokenIdleDays?: number;
  /** Where to send the admin's browser. `codeChallenge` is S256; vendors without PKCE ignore it. */
  authorizeUrl(
    app: OAuthApp,
    request: {
      readonly state: string;
      readonly redirectUri: string;
      readonly codeChallenge: string;
      readonly scopes: readonly string[];
    },
  ): string;
  exchange(
    app: OAuthApp,
    request: {
      readonly code: string;
      readonly redirectUri: string;
      readonly codeVerifier: string;
      readonly nowMs: number;
    },
  ): Promise<TokenSet>;
  refresh(
    app: OAuthApp,
    request: { readonly refreshToken: string; readonly nowMs: number },
  ): Promise<TokenSet>;
  /**
   * Takes the consent back; succeeds where it is over already. Absent: the vendor offers no way, and
   * people do it by hand. Throws what may be tried again as `connector.unavailable` and its like.
   */
  revoke?(app: OAuthApp, tokens: { readonly refreshToken: string }): Promise<void>;
  /** Where whoever gave the consent takes it back by hand. */
  readonly takenBackAt: { readonly place: string; readonly url: string };
  /** The workspaces that the consent covers now. */
  sites(app: OAuthApp, accessToken: string): Promise<readonly ConsentedSite[]>;
}

/** Access tokens of one consent, refreshed for all functions by exactly one of them. */
export interface AccessTokens {
  /** The app that was consented to; its secret signs what the vendor sends to it. */
  readonly app: Pick<OAuthApp, "clientId" | "clientSecret">;
  /**
   * A token that is good for at least another minute. `refused` is one that the vendor has just answered
   * with 401: it is not given again. Throws `connector.unauthorized` when the consent is over, and
   * `connector.unavailable` when the refresh takes too long elsewhere.
   */
  read(options?: { readonly refused?: string }): Promise<string>;
}
