import * as z from "zod";

const actor = { actorId: z.string().optional() };

/** What may happen to consents and tokens. */
export const OAuthOperation = z.discriminatedUnion("kind", [
  /** A person presses "Accept". Gives the code. */
  z.strictObject({
    kind: z.literal("grantConsent"),
    clientId: z.string(),
    accountId: z.string(),
    scopes: z.array(z.string()).min(1),
    cloudIds: z.array(z.string()).min(1),
    redirectUri: z.string(),
    ...actor,
  }),
  /** Never refuses: what is wrong comes as `error` in the result, since a wrong try may change the state. */
  z.strictObject({
    kind: z.literal("exchangeCode"),
    clientId: z.string(),
    code: z.string(),
    redirectUri: z.string().optional(),
    ...actor,
  }),
  /** Never refuses, as above: an old refresh token ends the whole grant. */
  z.strictObject({
    kind: z.literal("refreshGrant"),
    clientId: z.string(),
    refreshToken: z.string(),
    ...actor,
  }),
  /** A person takes back consents: of one app, of one account, or all. */
  z.strictObject({
    kind: z.literal("revokeGrant"),
    clientId: z.string().optional(),
    accountId: z.string().optional(),
    ...actor,
  }),
  /** Ends one token of any kind: an API token, an access token or a refresh token. */
  z.strictObject({ kind: z.literal("revokeToken"), token: z.string(), ...actor }),
  /** All access tokens of OAuth end now, as if their hour were over; on request all API tokens too. */
  z.strictObject({
    kind: z.literal("expireTokens"),
    clientId: z.string().optional(),
    apiTokens: z.boolean().default(false),
    ...actor,
  }),
]);
export type OAuthOperation = z.infer<typeof OAuthOperation>;
