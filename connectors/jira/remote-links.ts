import type { UrlResolver } from "#shared/kit/connector.ts";

import { isGoalId, isWorkItemId } from "./edges.ts";
import { inParallel } from "./in-parallel.ts";
import type { RemoteTargets } from "./normalize-context.ts";
import type { JiraSession } from "./session.ts";
import { splitOnce } from "./split-once.ts";
import type { WireRemoteLink } from "./wire.ts";

/** One request per issue: as many at a time as leave room in Jira's 100 a second for everybody else. */
const remoteReadsAtOnce = 8;
/** What the hub writes into Jira itself begins like this; it says nothing new. */
const ownGlobalIdPrefix = "system=throughline&";

/** By issue id, the remote links of issues that somebody else made; undefined where they are not read. */
export async function readRemoteLinks(
  session: JiraSession,
  issueIds: readonly string[],
): Promise<ReadonlyMap<string, readonly WireRemoteLink[]> | undefined> {
  if (!session.context.settings.readsRemoteLinks) return undefined;
  const links = await inParallel(issueIds, remoteReadsAtOnce, (id) =>
    session.client.remoteLinks(id),
  );
  const isForeign = ({ globalId }: WireRemoteLink) =>
    globalId?.startsWith(ownGlobalIdPrefix) !== true;
  return new Map(issueIds.map((id, index) => [id, (links[index] ?? []).filter(isForeign)]));
}

export function remoteUrls(links: ReadonlyMap<string, readonly WireRemoteLink[]>): string[] {
  return [...links.values()].flat().flatMap(({ object }) => object?.url ?? []);
}

/**
 * What remote links mean: one to a goal serves it; one to work means what the setting says that its
 * relationship means. All others are just links.
 */
export function remoteTargets(
  links: ReadonlyMap<string, readonly WireRemoteLink[]>,
  meanings: readonly string[],
  resolveUrl: UrlResolver,
): ReadonlyMap<string, RemoteTargets> {
  const meaningOf = new Map(
    meanings.map((entry) => {
      const [relationship, meaning] = splitOnce(entry);
      return [relationship.toLowerCase(), meaning] as const;
    }),
  );
  return new Map(
    [...links].map(([issueId, own]) => [issueId, targetsOf(own, meaningOf, resolveUrl)]),
  );
}

function targetsOf(
  links: readonly WireRemoteLink[],
  meaningOf: ReadonlyMap<string, string>,
  resolveUrl: UrlResolver,
): RemoteTargets {
  const found = links.flatMap(({ object, relationship }) => {
    const id = object?.url ? resolveUrl(object.url) : undefined;
    const meaning = meaningOf.get(relationship?.trim().toLowerCase() ?? "");
    return id === undefined ? [] : [{ id, meaning }];
  });
  const work = (wanted: string) =>
    found.flatMap(({ id, meaning }) => (meaning === wanted && isWorkItemId(id) ? [id] : []));
  // In whatever order Jira lists them, the same one is the parent.
  const parentId = work("parent").toSorted((a, b) => (a < b ? -1 : 1))[0];
  return {
    goalIds: found.map(({ id }) => id).filter(isGoalId),
    blockingIds: work("blocked-by"),
    ...(parentId !== undefined && { parentId }),
  };
}
