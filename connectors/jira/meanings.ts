import type { HistoryId } from "#shared/model/history.ts";
import { factId } from "#shared/model/ids.ts";

import type { Meanings } from "./fold-changelog.ts";
import { goalTypeIds } from "./issue-parts.ts";
import { scopeJql, typeJql } from "./jql.ts";
import { blockingReader } from "./link-types.ts";
import type { JiraSession } from "./session.ts";
import { workStatusOf } from "./work-status.ts";

/** What changelogs mean on this site, but for the ids of other issues, which are asked for as they come. */
export interface SiteMeanings extends Omit<Meanings, "idOf"> {
  /** Under which id we hold an issue, by the number that Jira gave it. */
  readonly ownId: (nativeId: string) => HistoryId;
}

/** Asks for the lists that a run needs, once: some five requests. */
export async function siteMeanings(
  session: JiraSession,
  projects: readonly string[],
): Promise<SiteMeanings> {
  const { settings, connectionId } = session.context;
  const statuses = new Map((await session.past.statuses()).map((status) => [status.id, status]));
  const dropped = new Set(settings.droppedStatuses.map((name) => name.toLowerCase()));
  const goals = await goalNativeIds(session, projects);
  return {
    statusOf: (statusId, resolution) => {
      const status = statuses.get(statusId);
      if (!status) return undefined;
      const names = [status.name, statusId, ...resolution];
      return workStatusOf(dropped, status.statusCategory?.key, names);
    },
    saysBlocked: await blockedReader(session),
    ownId: (nativeId) =>
      factId(goals.has(nativeId) ? "goal" : "work-item", "jira", connectionId, nativeId),
  };
}

/** A changelog tells no types; which issues are goals now, lists of bare ids tell. Goals are few. */
async function goalNativeIds(
  session: JiraSession,
  projects: readonly string[],
): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  if (session.context.settings.goalTypes.length === 0) return ids;
  const types = await goalTypeIds(session);
  if (types.length === 0) return ids;
  const jql = `${scopeJql(projects)} AND ${typeJql("in", types)} ORDER BY created ASC`;
  for (let pageToken: string | undefined, isFirst = true; isFirst || pageToken !== undefined;) {
    isFirst = false;
    const page = await session.client.searchIds({
      jql,
      ...(pageToken !== undefined && { pageToken }),
    });
    for (const id of page.ids) ids.add(id);
    pageToken = page.nextPageToken === pageToken ? undefined : page.nextPageToken;
  }
  return ids;
}

/**
 * A changelog tells of links only by a sentence with the type's own words for its end ("This work item is
 * blocked by PAY-2"), in the language of the site. The longest words that fit are meant: "blocks" is part
 * of "is blocked by" in some languages.
 */
async function blockedReader({ client, context }: JiraSession): Promise<Meanings["saysBlocked"]> {
  const types = await client.linkTypes();
  const blockingOf = blockingReader(context.settings.blockingLinkTypes, types);
  const phrases = types.flatMap((type) => {
    const way = blockingOf(type);
    return [
      { words: type.inward, isBlocked: way === "forward" },
      { words: type.outward, isBlocked: way === "reversed" },
    ].flatMap(({ words, isBlocked }) =>
      words === undefined || words === "" ? [] : [{ words: ` ${words.toLowerCase()} `, isBlocked }],
    );
  });
  return (sentence) => {
    const text = ` ${sentence.toLowerCase()} `;
    const fitting = phrases.filter(({ words }) => text.includes(words));
    const longest = Math.max(...fitting.map(({ words }) => words.length));
    return fitting.some(({ words, isBlocked }) => isBlocked && words.length === longest);
  };
}
