import * as z from "zod";

import { Instant } from "#shared/model/time.ts";

const ProjectKey = z.string().regex(/^[A-Z][A-Z0-9_]+$/u);

/** A login that the REST API accepts on the site and through the gateway: a classic API token. */
export const SeedCredential = z.strictObject({
  email: z.email(),
  apiToken: z.string().min(8),
  accountId: z.string().min(1),
  /** Holds "Administer Jira": may register webhooks. */
  isAdmin: z.boolean().default(true),
  /** The only projects it may browse; absent: all. */
  projectKeys: z.array(ProjectKey).optional(),
});

/** An API token of an account, classic or scoped. */
export const SeedApiToken = z.strictObject({
  token: z.string().min(8),
  /** What it logs in with; absent: the account's `emailAddress`. Service accounts have one of their own. */
  email: z.email().optional(),
  /** Given, the token is a scoped one: it works through the gateway only, and for these scopes only. */
  scopes: z.array(z.string()).optional(),
  expiresAt: Instant.optional(),
});

/** An OAuth 2.0 (3LO) app of the developer console. */
export const SeedOAuthApp = z.strictObject({
  clientId: z.string().min(1),
  clientSecret: z.string().min(8),
  name: z.string().min(1).default("An app"),
  /** What it may ask for, `offline_access` included. */
  scopes: z.array(z.string()).min(1),
  /** The only callback URLs it may name; absent: any on this computer. */
  redirectUris: z.array(z.url()).optional(),
  /** For so long the last refresh token that was replaced gives the same successor again. */
  graceMs: z.int().nonnegative().default(0),
  /** A private app: webhooks are delivered only if this account registered them. Absent: public. */
  ownerAccountId: z.string().optional(),
});

/** Another site that the same person may consent to. It answers with this site's data. */
export const SeedOtherSite = z.strictObject({
  cloudId: z.uuid(),
  name: z.string().min(1),
  url: z.url(),
  /** What the grant may do there; absent: all that was consented to. */
  scopes: z.array(z.string()).optional(),
});
