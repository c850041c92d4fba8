import { HubError } from "#shared/errors.ts";
import type { Change } from "#shared/model/change.ts";

import type { AsanaClient } from "./client.ts";
import { isAbsent, isWithheld } from "./errors.ts";
import { type ReaderDeps, unlessAbsent } from "./reader.ts";
import type { SyncTokens } from "./sync-tokens.ts";
import { removals, type Touched, touchedBy } from "./touched.ts";
import { taskFieldsFor } from "./wire.ts";

/** What the event stream of a project says of its tasks. */
export type ProjectNews =
  /** These tasks as they are now; nothing else happened. */
  | {
      readonly kind: "tasks";
      readonly records: readonly unknown[];
      readonly touched: readonly Touched[];
    }
  /** The stream has just begun, or too much happened: what changed lately is to be listed. */
  | { readonly kind: "ask-changed" }
  /** What happened before now is not known: the project is to be read whole. */
  | { readonly kind: "ask-all" };

interface Streaming extends ReaderDeps {
  readonly client: AsanaClient;
  readonly tokens: SyncTokens;
}

/** Beyond this many pages of a hundred events, or tasks named in them, listing is cheaper. */
const pagesMax = 10;
const touchedMax = 50;

/**
 * Reads a project's stream on from its token (https://developers.asana.com/reference/getevents, read
 * 2026-11-21): where nothing happened, one request that also tells of deletions, which no list does.
 * Asana keeps tokens for a day; one that is older answers 412 with a new one. A stream that is refused
 * is no longer asked for: whether the project is hidden, its list will tell.
 */
export async function readStream(
  deps: Streaming,
  project: string,
): Promise<{ readonly news: ProjectNews; readonly removed: readonly Change[] }> {
  const since = deps.tokens.get(project);
  try {
    return since === undefined ? await begin(deps, project) : await goOn(deps, project, since);
  } catch (error) {
    if (!isWithheld(error) && !isAbsent(error) && !isInvalid(error)) throw error;
    deps.tokens.delete(project);
    return { news: { kind: "ask-changed" }, removed: [] };
  }
}

/** A token that Asana cannot make sense of is answered like any wrong parameter. */
function isInvalid(error: unknown): boolean {
  return error instanceof HubError && error.code === "connector.misconfigured";
}

/** The token comes first: what changes while the project is listed is then told the next time. */
async function begin({ client, tokens }: Streaming, project: string) {
  if (tokens.hasRoom()) tokens.set(project, (await client.events(project, undefined)).sync);
  return { news: { kind: "ask-changed" }, removed: [] } as const;
}

async function goOn(deps: Streaming, project: string, since: string) {
  const { client, tokens, source } = deps;
  const events: unknown[] = [];
  let sync = since;
  let hasMore = true;
  for (let pages = 0; hasMore && pages < pagesMax; pages += 1) {
    const page = await client.events(project, sync);
    ({ sync, hasMore } = page);
    events.push(...page.events);
    if (!page.isReset) continue;
    tokens.set(project, sync);
    return { news: { kind: "ask-all" }, removed: [] } as const;
  }
  const touched = touchedBy(events, source.clock.now()).touched.filter(
    ({ kind }) => kind === "tasks",
  );
  const deleted = touched.filter(({ deletedMs }) => deletedMs !== undefined).slice(0, touchedMax);
  const fields = taskFieldsFor(source.settings);
  const find = (gid: string) => client.task(gid, fields);
  const removed = await removals(deps, { find }, deleted);
  const isMuch = hasMore || touched.length > touchedMax;
  const news: ProjectNews = isMuch
    ? { kind: "ask-changed" }
    : { kind: "tasks", records: await readAll(touched, find), touched };
  tokens.set(project, sync);
  return { news, removed };
}

/** Those that are gone or hidden by now say nothing. */
async function readAll(
  touched: readonly Touched[],
  find: (gid: string) => Promise<unknown>,
): Promise<readonly unknown[]> {
  const read = await Promise.all(touched.map(({ gid }) => unlessAbsent(find(gid))));
  return read.filter((record) => record !== undefined);
}
