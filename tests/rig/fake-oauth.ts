import { HubError } from "#shared/errors.ts";
import type { ConsentedSite, OAuthApp, OAuthProvider, TokenSet } from "#shared/kit/oauth.ts";

/** A vendor's OAuth in memory: tests say which sites a consent covers, and see what was asked of it. */
export class FakeOAuth implements OAuthProvider {
  readonly scopes = ["read:things", "offline_access"];
  readonly writeScopes = ["write:things"];
  readonly rotatesRefreshTokens = true;
  readonly takenBackAt = { place: "your apps", url: "https://tool.example/apps" };
  readonly revoked: string[] = [];
  /** Called before a consent is taken back: throw to fail. */
  beforeRevoke: () => void = () => undefined;
  consentedSites: ConsentedSite[] = [siteNamed("a"), siteNamed("b")];
  readonly exchanged: Parameters<OAuthProvider["exchange"]>[1][] = [];
  readonly refreshed: string[] = [];

  authorizeUrl(app: OAuthApp, request: Parameters<OAuthProvider["authorizeUrl"]>[1]): string {
    const url = new URL("/authorize", app.authorizationUrl ?? "https://auth.tool.example");
    url.searchParams.set("client_id", app.clientId);
    url.searchParams.set("state", request.state);
    url.searchParams.set("redirect_uri", request.redirectUri);
    url.searchParams.set("code_challenge", request.codeChallenge);
    url.searchParams.set("scope", request.scopes.join(" "));
    return url.href;
  }

  async exchange(
    _app: OAuthApp,
    request: Parameters<OAuthProvider["exchange"]>[1],
  ): Promise<TokenSet> {
    this.exchanged.push(request);
    if (request.code === "wrong") {
      throw new HubError("connector.unauthorized", "The tool refused the code: begin again");
    }
    return this.#tokens(request.code, request.nowMs);
  }

  async refresh(
    _app: OAuthApp,
    { refreshToken, nowMs }: { readonly refreshToken: string; readonly nowMs: number },
  ): Promise<TokenSet> {
    this.refreshed.push(refreshToken);
    return this.#tokens(`${refreshToken}+`, nowMs);
  }

  async revoke(_app: OAuthApp, { refreshToken }: { readonly refreshToken: string }): Promise<void> {
    this.beforeRevoke();
    this.revoked.push(refreshToken);
  }

  #tokens(of: string, nowMs: number): TokenSet {
    return {
      accessToken: `access-${of}`,
      refreshToken: `refresh-${of}`,
      expiresAtMs: nowMs + 3_600_000,
      scopes: this.scopes,
    };
  }

  async sites(): Promise<readonly ConsentedSite[]> {
    return this.consentedSites;
  }
}

function siteNamed(id: string): ConsentedSite {
  return {
    id,
    name: `Site ${id}`,
    url: `https://${id}.tool.example`,
    scopes: ["read:things"],
    settings: { baseUrl: `https://api.tool.example/${id}` },
  };
}
