import { HubError } from "#shared/errors.ts";
import type { Requirement } from "#shared/kit/discovery.ts";

import { readConsentedSites } from "./oauth-sites.ts";
import {
  adminWebhookScope,
  readUserScope,
  readWorkScope,
  type UsedScope,
  usedScopes,
} from "./scopes.ts";
import type { JiraSession } from "./session.ts";
import { gatewayOf } from "./settings.ts";

/** Jira's permissions that the hub uses (mypermissions, API v3). */
const usedPermissions = [
  { name: "BROWSE_PROJECTS", neededFor: "Reading work items of any project", isRequired: true },
  { name: "USER_PICKER", neededFor: "Reading accounts", isRequired: false },
  { name: "ADMINISTER", neededFor: "Registering the hub's own webhook", isRequired: false },
] as const;
/** Where comments are turned on. */
const commentPermissions = [
  { name: "ADD_COMMENTS", neededFor: "Comments on issues", isRequired: false },
  { name: "EDIT_OWN_COMMENTS", neededFor: "Saying in them that it is over", isRequired: false },
] as const;
type Permission = (typeof usedPermissions | typeof commentPermissions)[number]["name"];

/**
 * Each scope of the token, held or missing. Scopes of a consent are read; those of an API token cannot
 * be, so each is tried with a cheap call. A token without scopes, on the site's own address, has none to
 * miss.
 */
export async function scopeRequirements(session: JiraSession): Promise<readonly Requirement[]> {
  const gateway = gatewayOf(session.context.settings.baseUrl);
  if (!gateway) return [];
  const { tokens } = session.context;
  if (tokens) return consentedScopes(gateway, await tokens.read());
  const { client, webhooks } = session;
  return [
    await tried(readWorkScope, () => client.heldPermissions(["BROWSE_PROJECTS"])),
    await tried(readUserScope, () => client.myself()),
    await tried(adminWebhookScope, () => webhooks.admin()),
  ];
}

async function consentedScopes(
  { apiUrl, cloudId }: { readonly apiUrl: string; readonly cloudId: string },
  accessToken: string,
): Promise<readonly Requirement[]> {
  const sites = await readConsentedSites(apiUrl, accessToken);
  const site = sites.find(({ id }) => id === cloudId);
  if (!site) {
    throw new HubError(
      "connector.forbidden",
      "The consent does not cover this site (any more): give it again and choose the site",
    );
  }
  return usedScopes.map((scope) => ({ ...scope, isHeld: site.scopes.includes(scope.name) }));
}

async function tried(scope: UsedScope, ask: () => Promise<unknown>): Promise<Requirement> {
  try {
    await ask();
    return { ...scope, isHeld: true };
  } catch (error) {
    if (!(error instanceof HubError) || error.code !== "connector.forbidden") throw error;
    // Forbidden for another reason is a matter of permissions.
    return { ...scope, isHeld: error.details["reason"] !== "scope" };
  }
}

/** Each of Jira's own permissions, held or missing. */
export async function permissionRequirements({
  client,
  context,
}: JiraSession): Promise<readonly (Requirement & { readonly name: Permission })[]> {
  // An app registers its webhooks without administering Jira.
  const used = [
    ...usedPermissions,
    ...(context.settings.comments ? commentPermissions : []),
  ].filter(({ name }) => !context.tokens || name !== "ADMINISTER");
  const held = await client.heldPermissions(used.map(({ name }) => name));
  return used.map((permission) => ({ ...permission, isHeld: held.has(permission.name) }));
}

/** Throws `connector.forbidden` with the name of each required one that is missing. */
export function refuseMissing(requirements: readonly Requirement[], holder: string): void {
  const missing = requirements.filter(({ isHeld, isRequired }) => isRequired && !isHeld);
  if (missing.length === 0) return;
  const names = missing.map(({ name, neededFor }) => `${name} (${lowerFirst(neededFor)})`);
  throw new HubError("connector.forbidden", `${holder} lacks ${names.join(", ")}`, {
    details: { missing: missing.map(({ name }) => name).join(" ") },
  });
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
