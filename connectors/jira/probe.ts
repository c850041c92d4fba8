import { HubError } from "#shared/errors.ts";
import type { Gap, Probe } from "#shared/kit/connector.ts";
import type { Requirement } from "#shared/kit/discovery.ts";
import { readInstant } from "#shared/model/time.ts";

import { readCloudId } from "./cloud-id.ts";
import { goalKindReader } from "./goal-types.ts";
import { permissionRequirements, refuseMissing, scopeRequirements } from "./requirements.ts";
import type { JiraSession } from "./session.ts";
import { apiRoot, gatewayOf, type JiraSettings } from "./settings.ts";

/**
 * Tries the account: what it is, what it proves itself with, which scopes and permissions it holds, and
 * what of the settings this site does not have or does not show.
 */
export async function probeJira(session: JiraSession): Promise<Probe> {
  const { client, context } = session;
  const scopes = await explaining(session, () => scopeRequirements(session));
  refuseMissing(scopes, context.tokens ? "The consent" : "The API token");
  const me = await explaining(session, () => client.myself());
  const server = await client.serverInfo();
  if (server.deploymentType !== undefined && server.deploymentType !== "Cloud") {
    throw new HubError(
      "connector.misconfigured",
      "This is a Jira Data Center or Server; the hub reads Jira Cloud",
    );
  }
  const permissions = await permissionRequirements(session);
  refuseMissing(permissions, "The account");
  await session.projects();
  await refusePeopleFields(session);
  const host = new URL(server.baseUrl ?? apiRoot(context.settings)).host;
  return {
    identity: `${me.displayName ?? me.accountId} on ${host}`.slice(0, 200),
    requirements: [...scopes, ...permissions],
    credential: credentialOf(context),
    gaps: [
      ...gapsOf(context.settings, [...scopes, ...permissions]),
      ...(await projectGaps(session)),
      ...(await nameGaps(session)),
    ],
  };
}

function credentialOf({
  settings,
  tokens,
}: JiraSession["context"]): NonNullable<Probe["credential"]> {
  if (tokens) return { kind: "Consent to an Atlassian app" };
  const kind = gatewayOf(settings.baseUrl) ? "API token, through the gateway" : "API token";
  const expiresAt = readInstant(`${settings.tokenExpiresOn}T00:00:00.000Z`);
  return { kind, ...(expiresAt !== undefined && { expiresAt }) };
}

/** What of the hub is lost without a permission or a scope that it can do without. */
const lost: Readonly<Record<string, Gap>> = {
  USER_PICKER: {
    what: "Accounts",
    why: "The account lacks the global permission “Browse users and groups”",
  },
  ADMINISTER: {
    what: "Instant updates",
    why: "The account does not administer Jira: register a webhook by hand and save its secret here, else changes arrive with the next pull",
  },
  "manage:jira-webhook": {
    what: "Instant updates",
    why: "The consent lacks the scope manage:jira-webhook: changes arrive with the next pull",
  },
  "write:jira-work": {
    what: "Write-back",
    why: "The consent lacks the scope write:jira-work: nothing can be written into issues",
  },
  ADD_COMMENTS: {
    what: "Comments on issues",
    why: "The account may add comments in no project that it sees",
  },
  EDIT_OWN_COMMENTS: {
    what: "Changes of comments",
    why: "The account may edit its own comments in no project that it sees: a comment of an alert that is over would go on saying that it stands",
  },
};

function gapsOf(
  { writeBack, comments }: JiraSettings,
  requirements: readonly Requirement[],
): readonly Gap[] {
  const writes = writeBack !== "off" || comments;
  const missing = requirements.filter(
    ({ name, isHeld }) => !isHeld && (writes || name !== "write:jira-work"),
  );
  return missing.flatMap(({ name }) => lost[name] ?? []);
}

/**
 * A refused API token may be a scoped one or a service account's, which the site's own address never
 * takes: then says which address does. The site tells its cloud id to anybody.
 */
async function explaining<T>({ context }: JiraSession, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const isRefused = error instanceof HubError && error.code === "connector.unauthorized";
    const { settings, tokens } = context;
    if (!isRefused || tokens || gatewayOf(settings.baseUrl)) throw error;
    const cloudId = await readCloudId(apiRoot(settings));
    if (cloudId === undefined) throw error;
    throw new HubError(
      "connector.unauthorized",
      `${error.message}. If it is a scoped one or a service account's, give https://api.atlassian.com/ex/jira/${cloudId} as the Jira address and ${apiRoot(settings)} as the address that people open`,
      { details: error.details },
    );
  }
}

async function projectGaps(session: JiraSession): Promise<readonly Gap[]> {
  return (await session.missingProjects()).map((key) => ({
    what: `Project ${key}`,
    why: "The account may not browse it, or it does not exist",
  }));
}

/** Whose work it is is known from accounts; names of people are never kept beside that. */
async function refusePeopleFields(session: JiraSession): Promise<void> {
  const { refused } = await session.fields();
  const issues = refused
    .filter(({ namesPeople }) => namesPeople)
    .map(({ wanted }) => ({
      path: "keptFields",
      message: `“${wanted}” names people: its values are never kept`,
    }));
  const [first] = issues;
  if (first) throw new HubError("connector.misconfigured", first.message, { issues });
}

/** Names in the settings that the site does not know: misspelt, or renamed since. */
async function nameGaps(session: JiraSession): Promise<readonly Gap[]> {
  const { settings } = session.context;
  const { missing, refused } = await session.fields();
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
    ...refused.map(({ wanted }) => ({
      what: `Field “${wanted}”`,
      why: "Values of such fields are not kept: only choices, short texts, numbers, days, versions, components and sprints",
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
