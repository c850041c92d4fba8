import type { GoalId, WorkItemId } from "#shared/model/ids.ts";

import { bulkFetchMax } from "./client.ts";
import { goalKindReader } from "./goal-types.ts";
import { issueFactId } from "./normalize-context.ts";
import type { JiraSession } from "./session.ts";
import type { WireReference } from "./wire.ts";

/**
 * Issues by keys, those from before a move included. Only what this connection reads is found: an edge
 * to an issue of another project would lead out of the graph.
 */
export async function findByKeys(
  session: JiraSession,
  keys: readonly string[],
): Promise<ReadonlyMap<string, WorkItemId | GoalId>> {
  const { settings, connectionId } = session.context;
  const identity = { connectionId, goalKindOf: goalKindReader(settings.goalTypes) };
  const found = new Map<string, WorkItemId | GoalId>();
  for (const [key, issue] of await issuesByKeys(session, keys)) {
    if (!(await session.readsProject(projectKeyOf(issue.key)))) continue;
    found.set(key, issueFactId(identity, issue.id, issue.fields?.issuetype));
  }
  return found;
}

/** The project is what stands before the dash, on every site. */
export function projectKeyOf(issueKey: string): string {
  return issueKey.slice(0, issueKey.lastIndexOf("-"));
}

/** What issues are, by the keys or ids that name them. */
export async function issuesByKeys(
  session: JiraSession,
  names: readonly string[],
): Promise<ReadonlyMap<string, WireReference>> {
  const found = new Map<string, WireReference>();
  for (let start = 0; start < names.length; start += bulkFetchMax) {
    const asked = names.slice(start, start + bulkFetchMax);
    const issues = await session.client.identities(asked);
    const byName = new Map(
      issues.flatMap((issue) => [
        [issue.id, issue],
        [issue.key, issue],
      ]),
    );
    for (const name of asked) {
      const issue = byName.get(name);
      if (issue) found.set(name, issue);
    }
    const named = new Set(asked.flatMap((name) => byName.get(name)?.id ?? []));
    const isMoved = issues.some(({ id }) => !named.has(id));
    if (!isMoved) continue;
    // An issue that has moved comes under its new key, and the answer does not say for which old one.
    for (const name of asked.filter((each) => !found.has(each))) {
      const [issue] = await session.client.identities([name]);
      if (issue) found.set(name, issue);
    }
  }
  return found;
}
