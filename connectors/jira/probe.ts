import { HubError } from "#shared/errors.ts";
import type { Gap, Probe } from "#shared/kit/connector.ts";

import { goalKindReader } from "./goal-types.ts";
import type { JiraSession } from "./session.ts";
import { apiRoot } from "./settings.ts";

/** Tries the account, and says what of the settings this site does not have or does not show. */
export async function probeJira(session: JiraSession): Promise<Probe> {
  const { client, context } = session;
  const me = await client.myself();
  const server = await client.serverInfo();
  if (server.deploymentType !== undefined && server.deploymentType !== "Cloud") {
    throw new HubError(
      "connector.misconfigured",
      "This is a Jira Data Center or Server; the hub reads Jira Cloud",
    );
  }
  await session.projects();
  const host = new URL(server.baseUrl ?? apiRoot(context.settings)).host;
  return {
    identity: `${me.displayName ?? me.accountId} on ${host}`.slice(0, 200),
    gaps: [
      ...(await permissionGaps(session)),
      ...(await projectGaps(session)),
      ...(await nameGaps(session)),
    ],
  };
}

async function permissionGaps({ client }: JiraSession): Promise<readonly Gap[]> {
  const held = await client.heldPermissions(["BROWSE_PROJECTS", "USER_PICKER", "ADMINISTER"]);
  const whys: readonly (readonly [permission: string, what: string, why: string])[] = [
    ["BROWSE_PROJECTS", "Work items", "The account may not browse any project"],
    [
      "USER_PICKER",
      "Accounts",
      "The account lacks the global permission “Browse users and groups”",
    ],
    [
      "ADMINISTER",
      "Instant updates",
      "The account does not administer Jira: register a webhook by hand and save its secret here, else changes arrive with the next pull",
    ],
  ];
  return whys
    .filter(([permission]) => !held.has(permission))
    .map(([, what, why]) => ({ what, why }));
}

async function projectGaps(session: JiraSession): Promise<readonly Gap[]> {
  const visible = await session.projects();
  return session.context.settings.projects
    .filter((key) => !visible.includes(key))
    .map((key) => ({
      what: `Project ${key}`,
      why: "The account may not browse it, or it does not exist",
    }));
}

/** Names in the settings that the site does not know: misspelt, or renamed since. */
async function nameGaps(session: JiraSession): Promise<readonly Gap[]> {
  const { settings } = session.context;
  const { missing } = await session.fields();
  const types = await session.client.issueTypes();
  const goalTypes = settings.goalTypes.filter((entry) => {
    const kindOf = goalKindReader([entry]);
    return !types.some((type) => kindOf(type) !== undefined);
  });
  const linkTypes = await session.client.linkTypes();
  const known = new Set(linkTypes.flatMap(({ id, name }) => [id, name.toLowerCase()]));
  const links = settings.blockingLinkTypes
    .map((entry) => entry.split("=")[0]?.trim() ?? "")
    .filter((name) => !known.has(name.toLowerCase()));
  return [
    ...missing.map((name) => ({
      what: `Field “${name}”`,
      why: "The site has no field of this name or id",
    })),
    ...goalTypes.map((name) => ({
      what: `Work type “${name}”`,
      why: "No project that the account sees has it",
    })),
    ...links.map((name) => ({
      what: `Link type “${name}”`,
      why: "The site has no link type of this name or id",
    })),
  ];
}
