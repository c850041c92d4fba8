import type { Presence } from "#shared/kit/connector.ts";
import type { Fact } from "#shared/model/facts.ts";
import type { FactId } from "#shared/model/ids.ts";

import { bulkFetchMax } from "./client.ts";
import { projectKeyOf } from "./find-by-keys.ts";
import { goalKindReader } from "./goal-types.ts";
import { inParallel } from "./in-parallel.ts";
import { issueFactId } from "./normalize-context.ts";
import { nativeIdOf } from "./reconcile.ts";
import type { JiraSession } from "./session.ts";
import { WireIssue } from "./wire.ts";

const readsAtOnce = 8;

export type Held = ReadonlyMap<FactId, Fact>;

/**
 * What is under these ids. Bulk reading leaves out what is deleted and what is hidden alike, and a read
 * one by one answers both with 404. We call it gone only while the project that we know it in can be seen,
 * before that read and after; where we do not know the project, while every configured one can be. One
 * that we know under a security level may have vanished with it: it is gone only while the account still
 * belongs to that level, and that Jira tells.
 */
export async function confirmIssues(
  session: JiraSession,
  ids: readonly FactId[],
  held: Held = new Map(),
): Promise<ReadonlyMap<FactId, Presence>> {
  const presence = new Map<FactId, Presence>();
  for (let start = 0; start < ids.length; start += bulkFetchMax) {
    const asked = ids.slice(start, start + bulkFetchMax);
    const found = await factsUnder(session, asked);
    const absent: FactId[] = [];
    for (const id of asked) {
      const shown = found.get(nativeIdOf(id));
      if (shown === undefined) absent.push(id);
      else presence.set(id, shown === id ? "present" : "gone");
    }
    for (const [id, each] of await presenceOfAbsent(session, absent, held)) presence.set(id, each);
  }
  return presence;
}

async function presenceOfAbsent(
  session: JiraSession,
  ids: readonly FactId[],
  held: Held,
): Promise<ReadonlyMap<FactId, Presence>> {
  if (ids.length === 0) return new Map();
  const wasInSight = await sight(session, ids, held);
  // Of what is out of sight no answer would prove anything: a hidden project costs no request per issue.
  const doubtful = ids.filter(wasInSight);
  const answers = await inParallel(doubtful, readsAtOnce, (id) =>
    session.client.canReadIssue(nativeIdOf(id)),
  );
  const answerTo = new Map(doubtful.map((id, index) => [id, answers[index]]));
  const isLevelSeen = await levelSight(session, doubtful, held);
  const isInSight = await sight(session, ids, held);
  // A dead token sees nothing: then nothing of this is true.
  await session.client.myself();
  return new Map(
    ids.map((id) => {
      const answer = answerTo.get(id);
      if (answer === "yes") return [id, "present"];
      const isGone = answer === "not-found" && isInSight(id) && isLevelSeen(id);
      return [id, isGone ? "gone" : "hidden"];
    }),
  );
}

/** Whether the account sees what stands under the security levels that we know these issues by. */
async function levelSight(
  { client }: JiraSession,
  ids: readonly FactId[],
  held: Held,
): Promise<(id: FactId) => boolean> {
  const levelOf = (id: FactId) => {
    const fact = held.get(id);
    return fact?.type === "work-item" || fact?.type === "goal" ? fact.restrictedTo : undefined;
  };
  const restricted = ids.filter((id) => levelOf(id) !== undefined);
  const keys = [...new Set(restricted.flatMap((id) => projectOf(held.get(id)) ?? []))];
  const lists = await inParallel(keys, readsAtOnce, (key) => client.securityLevels(key));
  const seen = new Map(keys.map((key, index) => [key, lists[index]]));
  return (id) => {
    const level = levelOf(id);
    const key = projectOf(held.get(id));
    return level === undefined || (key !== undefined && seen.get(key)?.has(level) === true);
  };
}

/** Whether the projects of these ids can be seen at this moment: asked anew each time. */
async function sight(
  { client, context }: JiraSession,
  ids: readonly FactId[],
  held: Held,
): Promise<(id: FactId) => boolean> {
  const configured = context.settings.projects;
  const keyOf = (id: FactId) => projectOf(held.get(id));
  const keys = new Set([...configured, ...ids.flatMap((id) => keyOf(id) ?? [])]);
  const visible = await client.visibleProjects([...keys]);
  const isAllVisible = configured.every((key) => visible.has(key));
  return (id) => {
    const key = keyOf(id);
    return key === undefined ? isAllVisible : visible.has(key);
  };
}

/** The key of the project that we hold it in; a goal says it only in its own key. */
function projectOf(fact: Fact | undefined): string | undefined {
  if (fact?.type === "work-item") return fact.container;
  return fact?.type === "goal" && fact.key !== undefined ? projectKeyOf(fact.key) : undefined;
}

export async function confirmAccounts(
  { client }: JiraSession,
  ids: readonly FactId[],
): Promise<ReadonlyMap<FactId, Presence>> {
  const answers = await inParallel(ids, readsAtOnce, (id) => client.canReadUser(nativeIdOf(id)));
  await client.myself();
  return new Map(
    ids.map((id, index) => {
      const answer = answers[index];
      return [id, answer === "yes" ? "present" : answer === "not-found" ? "gone" : "hidden"];
    }),
  );
}

/** Native id → the fact it is now; "elsewhere" for an issue moved out of the configured projects. */
async function factsUnder(
  session: JiraSession,
  ids: readonly FactId[],
): Promise<ReadonlyMap<string, FactId | "elsewhere">> {
  const { context, client } = session;
  const goalKindOf = goalKindReader(context.settings.goalTypes);
  const fields = ["issuetype", "project", "status"];
  const found = new Map<string, FactId | "elsewhere">();
  for (const record of await client.issues(ids.map(nativeIdOf), fields)) {
    const issue = WireIssue.safeParse(record);
    if (!issue.success) continue;
    const { project, issuetype } = issue.data.fields;
    const isInScope = await session.readsProject(project.key);
    const identity = { connectionId: context.connectionId, goalKindOf };
    found.set(
      issue.data.id,
      isInScope ? issueFactId(identity, issue.data.id, issuetype) : "elsewhere",
    );
  }
  return found;
}
