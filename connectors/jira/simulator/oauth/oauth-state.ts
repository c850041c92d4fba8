import { createHash } from "node:crypto";

import { dayMs, hourMs, minuteMs } from "#shared/model/time.ts";

// https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/, 2026-11.
const accessTokenLifeMs = hourMs;
const inactivityMaxMs = 90 * dayMs;
const codeLifeMs = 10 * minuteMs;

/** What one person once allowed one app. */
export interface Grant {
  readonly id: string;
  readonly clientId: string;
  readonly accountId: string;
  readonly scopes: readonly string[];
  readonly cloudIds: readonly string[];
  /** Absent without `offline_access`. */
  refreshToken: string | undefined;
  /** When the refresh token was last replaced, and what it replaced. */
  replaced: { readonly token: string; readonly atMs: number } | undefined;
  lastUsedMs: number;
  isRevoked: boolean;
}

interface Code {
  readonly grant: Grant;
  readonly redirectUri: string;
  readonly expiresAtMs: number;
  isUsed: boolean;
}

/** Tokens as handed out, or why not, in the words of OAuth. */
export type Exchange =
  | { readonly error: string; readonly description: string }
  | {
      readonly accessToken: string;
      readonly refreshToken?: string;
      readonly expiresInSeconds: number;
      readonly scope: string;
    };

const refused = (description: string): Exchange => ({ error: "invalid_grant", description });

/**
 * Consents and tokens of OAuth 2.0 (3LO). Refresh tokens rotate: each works once, and one that was
 * replaced ends the whole grant when it comes again.
 */
export class OAuthState {
  readonly counters = {
    codeExchanges: 0,
    refreshes: 0,
    /** An old refresh token came again after its grace. */
    reuseDetections: 0,
    graceReuses: 0,
    refusals: 0,
  };
  readonly grants = new Map<string, Grant>();
  readonly #siteName: string;
  readonly #codes = new Map<string, Code>();
  readonly #grantOfRefreshToken = new Map<string, Grant>();
  readonly #accessTokens = new Map<string, { readonly grant: Grant; expiresAtMs: number }>();
  #made = 0;

  constructor(siteName: string) {
    this.#siteName = siteName;
  }

  consent(
    allowed: Pick<Grant, "clientId" | "accountId" | "scopes" | "cloudIds">,
    redirectUri: string,
    nowMs: number,
  ): string {
    const grant: Grant = {
      ...allowed,
      id: `grant-${this.grants.size + 1}`,
      refreshToken: undefined,
      replaced: undefined,
      lastUsedMs: nowMs,
      isRevoked: false,
    };
    this.grants.set(grant.id, grant);
    const code = this.#secret("code");
    this.#codes.set(code, { grant, redirectUri, expiresAtMs: nowMs + codeLifeMs, isUsed: false });
    return code;
  }

  exchangeCode(
    given: { readonly clientId: string; readonly code: string; readonly redirectUri?: string },
    nowMs: number,
  ): Exchange {
    const code = this.#codes.get(given.code);
    const isRight =
      code &&
      !code.isUsed &&
      !code.grant.isRevoked &&
      code.grant.clientId === given.clientId &&
      code.redirectUri === given.redirectUri &&
      nowMs < code.expiresAtMs;
    if (!isRight) return this.#refuse("Invalid authorization code");
    code.isUsed = true;
    this.counters.codeExchanges += 1;
    code.grant.lastUsedMs = nowMs;
    if (code.grant.scopes.includes("offline_access")) this.#rotate(code.grant, nowMs);
    return this.#handOut(code.grant, nowMs);
  }

  /** `graceMs`: for so long the token replaced last is answered with its successor instead of ending all. */
  refresh(
    given: { readonly clientId: string; readonly refreshToken: string; readonly graceMs: number },
    nowMs: number,
  ): Exchange {
    const unknown = "Unknown or invalid refresh token.";
    const grant = this.#grantOfRefreshToken.get(given.refreshToken);
    if (!grant || grant.clientId !== given.clientId || grant.isRevoked)
      return this.#refuse(unknown);
    if (nowMs - grant.lastUsedMs > inactivityMaxMs) return this.#refuse(unknown);
    if (grant.refreshToken !== given.refreshToken) {
      const { replaced } = grant;
      const isInGrace =
        replaced?.token === given.refreshToken && nowMs - replaced.atMs < given.graceMs;
      if (isInGrace) {
        this.counters.graceReuses += 1;
        return this.#handOut(grant, nowMs);
      }
      this.counters.reuseDetections += 1;
      this.revoke(grant);
      return this.#refuse(unknown);
    }
    this.counters.refreshes += 1;
    grant.lastUsedMs = nowMs;
    this.#rotate(grant, nowMs);
    return this.#handOut(grant, nowMs);
  }

  /** The grant that a living access token stands for. */
  grantOf(accessToken: string, nowMs: number): Grant | undefined {
    const found = this.#accessTokens.get(accessToken);
    return found && nowMs < found.expiresAtMs && !found.grant.isRevoked ? found.grant : undefined;
  }

  /** Whether an account still lets an app in. */
  isAllowed(clientId: string, accountId: string): boolean {
    return [...this.grants.values()].some(
      (grant) => grant.clientId === clientId && grant.accountId === accountId && !grant.isRevoked,
    );
  }

  revoke(grant: Grant): void {
    grant.isRevoked = true;
  }

  /** Ends one access or refresh token; false if there is none such. */
  revokeToken(token: string): boolean {
    const grant = this.#grantOfRefreshToken.get(token);
    if (grant?.refreshToken === token) grant.refreshToken = undefined;
    const isRefreshToken = this.#grantOfRefreshToken.delete(token);
    return this.#accessTokens.delete(token) || isRefreshToken;
  }

  expireAccessTokens(clientId: string | undefined): void {
    for (const token of this.#accessTokens.values()) {
      if (clientId === undefined || token.grant.clientId === clientId) token.expiresAtMs = 0;
    }
  }

  #refuse(description: string): Exchange {
    this.counters.refusals += 1;
    return refused(description);
  }

  #rotate(grant: Grant, nowMs: number): void {
    if (grant.refreshToken !== undefined) {
      grant.replaced = { token: grant.refreshToken, atMs: nowMs };
    }
    grant.refreshToken = this.#secret("refresh");
    this.#grantOfRefreshToken.set(grant.refreshToken, grant);
  }

  #handOut(grant: Grant, nowMs: number): Exchange {
    for (const [token, { expiresAtMs }] of this.#accessTokens) {
      if (expiresAtMs <= nowMs) this.#accessTokens.delete(token);
    }
    const accessToken = this.#secret("access");
    this.#accessTokens.set(accessToken, { grant, expiresAtMs: nowMs + accessTokenLifeMs });
    return {
      accessToken,
      ...(grant.refreshToken !== undefined && { refreshToken: grant.refreshToken }),
      expiresInSeconds: accessTokenLifeMs / 1000,
      scope: grant.scopes.join(" "),
    };
  }

  /** The same in each replay of the journal, and of no other site. */
  #secret(kind: string): string {
    this.#made += 1;
    const text = `${this.#siteName} ${kind} ${this.#made}`;
    return `${kind}-${createHash("sha256").update(text).digest("base64url")}`;
  }
}
