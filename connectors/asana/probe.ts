import { HubError } from "#shared/errors.ts";
import type { Gap, Probe } from "#shared/kit/connector.ts";
import type { Requirement } from "#shared/kit/discovery.ts";

import { checkKeptFields } from "./check-kept-fields.ts";
import { tryComments } from "./client-comments.ts";
import { type AsanaClient, type Page, parsed } from "./client.ts";
import { isWithheld } from "./errors.ts";
import { collect, type ReaderDeps } from "./reader.ts";
import { GidRef, WorkspaceWire } from "./wire.ts";

/** Who the token is, whether it sees the workspaces named, and what scopes or plans leave out. */
export async function probe(deps: ReaderDeps): Promise<Probe> {
  const { client, source } = deps;
  const me = await client.me();
  const visible = await visibleWorkspaces(deps);
  const chosen = source.settings.workspaces.map((gid) => named(gid, visible));
  const names = chosen.map(({ name }) => name).join(", ");
  const who = me.name ?? `user ${me.gid}`;
  const identity = (names === "" ? who : `${who} in ${names}`).slice(0, 200);
  // A draft has none yet: what the account may do is tried in any.
  const tried = chosen.length > 0 ? chosen : visible.slice(0, 1);
  const found = await Promise.all(tried.map(({ gid }) => capabilities(deps, gid)));
  const lists = await Promise.all(found.flat());
  const keptGaps = await checkKeptFields(deps);
  return {
    identity,
    gaps: [...lists.flatMap(({ gap }) => gap ?? []), ...keptGaps],
    requirements: joined(lists.map(({ requirement }) => requirement)),
    credential: { kind: await credentialKind(deps, tried[0]?.gid) },
  };
}

/** All workspaces that the token can choose from. */
export async function visibleWorkspaces({ client }: ReaderDeps): Promise<readonly WorkspaceWire[]> {
  const list = await collect(client.every((page) => client.workspaces(page)));
  return list.map((record) => parsed(WorkspaceWire, record, "workspaces"));
}

function named(gid: string, visible: readonly WorkspaceWire[]): WorkspaceWire {
  const found = visible.find((workspace) => workspace.gid === gid);
  if (found) return found;
  const choice = visible.map((workspace) => `${workspace.name} (${workspace.gid})`).join(", ");
  const message = `The token does not see workspace ${gid}`;
  throw new HubError(
    "connector.misconfigured",
    `${message}. It sees: ${choice === "" ? "none" : choice}`,
    { issues: [{ path: "workspaces", message }] },
  );
}

interface Capability {
  readonly requirement: Requirement;
  readonly gap?: Gap;
}

interface Asking {
  readonly name: string;
  readonly what: string;
  readonly neededFor: string;
  readonly isRequired?: boolean;
  readonly ask: () => Promise<unknown>;
}

const one = { limit: 1 };

/**
 * Each thing that the hub does, tried with the smallest request there is: a personal token tells no
 * scopes. Names are those of Asana's scopes, or of the resource where it has no scope of its own.
 */
async function capabilities(
  deps: ReaderDeps,
  workspace: string,
): Promise<readonly Promise<Capability>[]> {
  const place: Place = {
    client: deps.client,
    workspace,
    at: (what) => `${what} of workspace ${workspace}`,
    projects: once(() => deps.client.projects(workspace, { ...one, fields: "name" })),
  };
  const all = [...needed(place), ...ofStructure(place), ...ofNews(place), ...ofComments(deps)];
  return all.map(tryOut);
}

interface Place {
  readonly client: AsanaClient;
  readonly workspace: string;
  readonly at: (what: string) => string;
  readonly projects: () => Promise<Page>;
}

/** Without these there is nothing to read. */
function needed({ client, workspace, at, projects }: Place): readonly Asking[] {
  const isRequired = true;
  return [
    {
      name: "users:read",
      what: at("Users"),
      neededFor: "Whose work it is",
      isRequired,
      ask: () => client.users(workspace, one),
    },
    {
      name: "projects:read",
      what: at("Projects"),
      neededFor: "Projects, and the tasks in them",
      isRequired,
      ask: projects,
    },
    {
      name: "tasks:read",
      what: at("Tasks"),
      neededFor: "Tasks and subtasks",
      isRequired,
      ask: () =>
        client.tasks({ what: "tasks", workspace, assignee: "me" }, { ...one, fields: "name" }),
    },
  ];
}

function ofStructure({ client, workspace, at }: Place): readonly Asking[] {
  const goals = once(() => client.goals(workspace, one));
  return [
    {
      name: "teams:read",
      what: at("Teams"),
      neededFor: "Which team a project belongs to",
      ask: () => client.teams(workspace, one),
    },
    { name: "goals:read", what: at("Goals"), neededFor: "Goals", ask: goals },
    {
      name: "goal_relationships",
      what: "Relationships of goals",
      neededFor: "Which work and which sub-goals serve a goal",
      ask: () => ofFirst(goals, (gid) => client.goalRelationships(gid, one)),
    },
    {
      name: "portfolios:read",
      what: at("Portfolios"),
      neededFor: "Portfolios, and which projects they hold",
      ask: () => client.portfolios(workspace, { ...one, owner: "me" }),
    },
    {
      name: "workspace_memberships",
      what: at("Memberships"),
      neededFor: "Who is a guest, and who has left",
      ask: () => client.members(workspace, one),
    },
  ];
}

function ofNews({ client, workspace, at, projects }: Place): readonly Asking[] {
  return [
    {
      name: "webhooks:read",
      what: at("Webhooks"),
      neededFor: "Hearing of changes within seconds",
      ask: () => client.webhooks(workspace, one),
    },
    {
      name: "events",
      what: at("Events"),
      neededFor: "Hearing of deletions where no webhook works",
      ask: () => ofFirst(projects, (gid) => client.events(gid, undefined)),
    },
  ];
}

function ofComments({ source }: ReaderDeps): readonly Asking[] {
  if (!source.settings.comments) return [];
  return [
    {
      name: "stories:write",
      what: "Comments on tasks",
      neededFor: "Putting alerts on the tasks that they are about",
      ask: () => tryComments(source),
    },
  ];
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => (asked ??= ask());
}

/** Asks something of the first record of a list; nothing where there is none, or no list. */
async function ofFirst(
  list: () => Promise<{ readonly records: readonly unknown[] }>,
  ask: (gid: string) => Promise<unknown>,
): Promise<void> {
  const first = await list().then(
    ({ records }) => GidRef.safeParse(records[0]),
    () => undefined,
  );
  if (first?.success === true) await ask(first.data.gid);
}

async function tryOut({ ask, what, isRequired = false, ...rest }: Asking): Promise<Capability> {
  const held = (isHeld: boolean): Requirement => ({ ...rest, isRequired, isHeld });
  try {
    await ask();
    return { requirement: held(true) };
  } catch (error) {
    if (isWithheld(error)) return { requirement: held(false), gap: { what, why: error.message } };
    throw error;
  }
}

/** Over several workspaces, a capability is held where none of them withholds it. */
function joined(requirements: readonly Requirement[]): readonly Requirement[] {
  const groups = Map.groupBy(requirements, ({ name }) => name);
  return [...groups.values()].flatMap((same) => {
    const [first] = same;
    return first ? [{ ...first, isHeld: same.every(({ isHeld }) => isHeld) }] : [];
  });
}

/** Only a service account may ask for the portfolios of all owners. Asana tells no token's end. */
async function credentialKind(
  { client, source }: ReaderDeps,
  workspace: string | undefined,
): Promise<string> {
  if (source.tokens) return "OAuth consent";
  if (workspace === undefined) return "access token";
  try {
    await client.portfolios(workspace, { limit: 1, owner: "anybody" });
    return "service account token";
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    return error.code === "connector.misconfigured" ? "personal access token" : "access token";
  }
}
