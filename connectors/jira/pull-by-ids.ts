import { bulkFetchMax } from "./client.ts";
import { isTokenRefused } from "./expired-token.ts";
import type { IdsProgress } from "./position.ts";
import { endlessPages, type Step, unwatched } from "./pull-step.ts";
import { readIssues } from "./reconcile.ts";
import type { JiraSession } from "./session.ts";

interface Chunk {
  readonly ids: readonly string[];
  readonly progress: IdsProgress | undefined;
}

/** Pages that wait for an earlier one to come: a slow one must not make the others idle. */
const pagesWaitingPerRead = 1;

/**
 * Reads all issues of a query: its ids 5,000 at a time, the issues by id 100 at a time and several
 * requests side by side. One query of ids feeds fifty such requests, so it needs no lanes of its own.
 * Pages are given in the order of the ids, so that one id says where the run stands.
 */
export async function* pagesByIds(
  session: JiraSession,
  jql: string,
  start: IdsProgress,
): AsyncGenerator<Step> {
  const { readsAtOnce } = session.context.settings;
  const pagesMax = readsAtOnce * (1 + pagesWaitingPerRead);
  const chunks = chunksOfIds(session, { jql, start, size: bulkFetchMax });
  let reading: readonly Promise<Step | undefined>[] = [];
  let readsUnderWay = 0;
  let isOver = false;
  const readNext = async () => {
    const { done, value } = await chunks.next();
    if (done !== true) return readChunk(session, value);
    isOver = true;
    return undefined;
  };
  const fill = () => {
    while (!isOver && readsUnderWay < readsAtOnce && reading.length < pagesMax) {
      readsUnderWay += 1;
      const next = readNext().finally(() => {
        readsUnderWay -= 1;
        fill();
      });
      reading = reading.concat(unwatched(next));
    }
  };
  try {
    for (fill(); ;) {
      const step = await reading[0];
      reading = reading.slice(1);
      // Before the page is handed out, so that as many are on their way while it is being stored.
      fill();
      if (!step) return;
      yield step;
    }
  } finally {
    isOver = true;
    await Promise.allSettled(reading);
    await chunks.return(undefined);
  }
}

async function readChunk(session: JiraSession, { ids, progress }: Chunk): Promise<Step> {
  if (ids.length === 0) return { reading: { changes: [], rejected: [] }, recordsRead: 0, progress };
  return { reading: await readIssues(session, ids), recordsRead: ids.length, progress };
}

/** Full chunks across the pages of ids; the last one has the rest, perhaps nothing. */
export async function* chunksOfIds(
  session: JiraSession,
  {
    jql,
    start,
    size,
  }: { readonly jql: string; readonly start: IdsProgress; readonly size: number },
): AsyncGenerator<Chunk, undefined> {
  const ask = (token: string | undefined) =>
    unwatched(session.client.searchIds({ jql, ...(token !== undefined && { pageToken: token }) }));
  let { token, after } = start;
  let page = await ask(token).catch((error: unknown) => {
    // A token dies after a week, and with changed settings: the run starts over, at no loss.
    if (token === undefined || !isTokenRefused(error)) throw error;
    token = undefined;
    after = undefined;
    return ask(undefined);
  });
  let chunk: string[] = [];
  for (;;) {
    const next = page.nextPageToken;
    if (next !== undefined && next === token) throw endlessPages();
    const coming = next === undefined ? undefined : ask(next);
    // An id that is no longer there is found nowhere: then the page is read from its first.
    const from = after === undefined ? 0 : page.ids.indexOf(after) + 1;
    for (const id of page.ids.slice(from)) {
      chunk.push(id);
      if (chunk.length < size) continue;
      const progress = { way: "ids", ...(token !== undefined && { token }), after: id } as const;
      yield { ids: chunk, progress };
      chunk = [];
    }
    if (coming === undefined) break;
    page = await coming;
    token = next;
    after = undefined;
  }
  yield { ids: chunk, progress: undefined };
  return undefined;
}
