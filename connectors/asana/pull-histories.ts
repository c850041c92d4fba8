import type { HistoryPage } from "#shared/kit/history-page.ts";
import { boundedHistory, type History, type Transition } from "#shared/model/history.ts";
import { factId, readFactId, type WorkItemId } from "#shared/model/ids.ts";
import { epochMsOf, readInstant } from "#shared/model/time.ts";

import { AsanaStoriesClient } from "./client-stories.ts";
import { isGone, isWithheld } from "./errors.ts";
import type { ReaderDeps } from "./reader.ts";
import { StoryWire } from "./wire.ts";

/** A run is one request a task: the rest has its turn at the next. */
const tasksPerRun = 50;
const tasksPerPage = 10;
/** Of a task with more stories than this nothing is said: its newest would be missing. */
const storyPagesMax = 20;

/**
 * Reads the past of the tasks where it matters most. Asana has it as the stories of one task at a time,
 * too dear for all; so it keeps no place, and the next run begins with what is wanted then.
 */
export async function* pullHistories(
  deps: ReaderDeps,
  wanted: () => Promise<readonly WorkItemId[]>,
): AsyncIterable<HistoryPage> {
  const client = new AsanaStoriesClient(deps.source);
  const ids = (await wanted()).slice(0, tasksPerRun);
  for (let start = 0, isLast = false; !isLast; start += tasksPerPage) {
    const some = ids.slice(start, start + tasksPerPage);
    const histories: History[] = [];
    for (const id of some) histories.push(...(await historyOf(deps, client, id)));
    isLast = start + tasksPerPage >= ids.length;
    yield { histories, position: "of what is wanted", isLast, recordsRead: some.length };
  }
}

/** Nothing of one that is gone, hidden, or no task. */
async function historyOf(
  deps: ReaderDeps,
  client: AsanaStoriesClient,
  id: WorkItemId,
): Promise<readonly History[]> {
  const gid = readFactId(id)?.nativeId ?? "";
  const readAt = deps.source.clock.now();
  try {
    const stories = await storiesOf(client, gid);
    if (!stories) return [];
    const transitions = stories.flatMap((story) => transitionIn(deps, story));
    const newestMs = stories.reduce((newest, story) => Math.max(newest, momentMs(story)), 0);
    const past = { transitions, isSilentOnParents: true, sourceVersion: newestMs, readAt };
    return [boundedHistory({ itemId: id, ...past })];
  } catch (error) {
    if (isGone(error) || isWithheld(error)) return [];
    throw error;
  }
}

/** Oldest first; undefined where there are too many. */
async function storiesOf(
  client: AsanaStoriesClient,
  gid: string,
): Promise<readonly StoryWire[] | undefined> {
  const stories: StoryWire[] = [];
  let offset: string | undefined;
  for (let pages = 0; pages < storyPagesMax; pages += 1) {
    const page = await client.stories(gid, offset);
    // One that is not as documented tells nothing; the others do.
    stories.push(...page.records.flatMap((record) => StoryWire.safeParse(record).data ?? []));
    ({ offset } = page);
    if (offset === undefined) return stories.toSorted((a, b) => momentMs(a) - momentMs(b));
  }
  return undefined;
}

function momentMs({ created_at }: StoryWire): number {
  const at = readInstant(created_at);
  return at === undefined ? 0 : epochMsOf(at);
}

/**
 * Asana's document names no subtypes; these are as seen in exports of stories (2026-11). Which section, and
 * so which status of an open task, stories do not tell: of statuses only completion is known, and of parents
 * nothing.
 */
function transitionIn(
  { source }: ReaderDeps,
  { created_at, resource_subtype: subtype, dependency }: StoryWire,
): readonly Transition[] {
  const at = readInstant(created_at);
  if (at === undefined) return [];
  if (subtype === "marked_complete") return [{ what: "status", at, to: "done" }];
  if (subtype === "marked_incomplete") return [{ what: "status", at, from: "done" }];
  if (!dependency) return [];
  const other = factId("work-item", "asana", source.connectionId, dependency.gid);
  if (subtype === "dependency_added") return [{ what: "blocked-by", at, to: other }];
  if (subtype === "dependency_removed") return [{ what: "blocked-by", at, from: other }];
  return [];
}
