import type { AsanaSeed, SeedOauthApp, SeedToken } from "./seed.ts";
import { AsanaRefusal } from "./vendor-error.ts";
import type { Viewer } from "./viewer.ts";

/** A code that a person's consent gave, waiting to be exchanged. */
export interface ConsentCode {
  readonly code: string;
  readonly app: string;
  readonly user: string;
  readonly redirect_uri: string;
  readonly scopes?: readonly string[];
  readonly code_challenge?: string;
  readonly code_challenge_method?: "S256" | "plain";
  readonly expires_at: string;
}

/** What an app may do for a user until it is revoked. Asana's refresh tokens do not rotate. */
export interface OauthGrant {
  readonly refresh_token: string;
  readonly app: string;
  readonly user: string;
  readonly scopes?: readonly string[];
}

export interface AccessToken extends SeedToken {
  /** The grant that it came from; dies with it. */
  readonly refresh_token?: string;
}

/** The OAuth app that a seed without any has. */
export const defaultOauthApp: SeedOauthApp = {
  client_id: "1209900000000001",
  client_secret: "simulated-client-secret",
  name: "Work hub",
};

/** Whose tokens are good: personal ones, service accounts' and those that OAuth apps were given. */
export class Access {
  readonly apps = new Map<string, SeedOauthApp>();
  readonly tokens = new Map<string, AccessToken>();
  readonly grants = new Map<string, OauthGrant>();
  readonly codes = new Map<string, ConsentCode>();

  constructor(seed: AsanaSeed) {
    for (const app of seed.oauth_apps ?? [defaultOauthApp]) this.apps.set(app.client_id, app);
    this.tokens.set(seed.token, { token: seed.token, kind: "pat", user: seed.me });
    for (const token of seed.tokens ?? []) this.tokens.set(token.token, token);
  }

  /** Who bears a token; throws Asana's 401 for none, an unknown, a revoked or an expired one. */
  viewer(authorization: string | undefined, nowMs: number): Viewer {
    const token = this.tokens.get(/^bearer (.+)$/iu.exec(authorization ?? "")?.[1] ?? "");
    if (!token) throw new AsanaRefusal(401, "Not Authorized");
    if (token.expires_at !== undefined && Date.parse(token.expires_at) <= nowMs) {
      throw new AsanaRefusal(
        401,
        "The bearer token has expired. If you have a refresh token, please use it to request a new bearer token, otherwise allow the user to re-authenticate.",
      );
    }
    const { kind, user, workspace, app, scopes } = token;
    return {
      token: token.token,
      kind,
      user,
      ...(workspace === undefined ? {} : { workspace }),
      ...(app === undefined ? {} : { app }),
      ...(scopes === undefined ? {} : { scopes }),
    };
  }

  /** Whether a user, and the app if it was one, has any token left that is good. */
  isAuthorized(
    { user, app }: { readonly user: string; readonly app?: string | undefined },
    nowMs: number,
  ): boolean {
    const isTheirs = (one: { readonly user: string; readonly app?: string }) =>
      one.user === user && one.app === app;
    if ([...this.grants.values()].some(isTheirs)) return true;
    return [...this.tokens.values()].some(
      (token) => isTheirs(token) && (token.expires_at ?? "9") > new Date(nowMs).toISOString(),
    );
  }

  /** Ends a token; a refresh token takes the access tokens that it gave with it. */
  revoke(token: string): boolean {
    const isGrant = this.grants.delete(token);
    for (const known of this.tokens.values()) {
      if (known.refresh_token === token) this.tokens.delete(known.token);
    }
    return this.tokens.delete(token) || isGrant;
  }

  /** For the control API: whose tokens there are, never what they are. */
  toJson(): unknown {
    return [...this.tokens.values()].map(({ token, refresh_token: _grant, ...shown }) => ({
      ...shown,
      token: `…${token.slice(-4)}`,
    }));
  }
}
