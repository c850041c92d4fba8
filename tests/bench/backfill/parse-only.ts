import { exchange } from "#connectors/jira/exchange.ts";

import { siteAccount } from "./bulk-site.ts";
import type { ReadRequest } from "./messages.ts";
import { fieldsAsked } from "./sources.ts";

const idsPerPage = 5000;
const issuesPerPage = 100;
const timeoutMs = 45_000;

interface Page {
  readonly issues: readonly { readonly id: string }[];
  readonly nextPageToken?: string;
}

/**
 * The least that a reader of these pages must do: the same requests as the connector's with an API token,
 * as many at a time, with the next page of ids on its way meanwhile; their bodies parsed, nothing else.
 */
export async function* parseOnly({
  access,
  lanes,
}: Pick<ReadRequest, "access" | "lanes">): AsyncGenerator<number> {
  const { email, apiToken } = siteAccount;
  const headers = {
    authorization: `Basic ${Buffer.from(`${email}:${apiToken}`).toString("base64")}`,
    accept: "application/json",
    "content-type": "application/json",
  };
  const ask = async (path: string, body: object): Promise<Page> => {
    const url = new URL(`${access.url}/rest/api/3${path}`);
    const asked = { method: "POST", headers, body: JSON.stringify(body) };
    // The connector's own client: a slower one here would flatter the connector.
    const { isOk, status, text } = await exchange(url, asked, timeoutMs);
    if (!isOk) throw new Error(`The site answered ${status}`);
    return asPage(JSON.parse(text));
  };
  const askIds = (nextPageToken?: string) =>
    ask("/search/jql", {
      jql: "project is not EMPTY ORDER BY created ASC",
      fields: ["id"],
      maxResults: idsPerPage,
      ...(nextPageToken !== undefined && { nextPageToken }),
    });
  const fields = await fieldsAsked(access);
  const chunks = chunksOf(askIds);
  const reading: Promise<number>[] = [];
  const fill = async () => {
    while (reading.length < lanes) {
      const { done, value: ids } = await chunks.next();
      if (done === true) return;
      const page = ask("/issue/bulkfetch", { issueIdsOrKeys: ids, fields });
      reading.push(page.then(({ issues }) => issues.length));
    }
  };
  for (await fill(); reading.length > 0;) {
    const read = (await reading.shift()) ?? 0;
    await fill();
    yield read;
  }
}

async function* chunksOf(
  askIds: (token?: string) => Promise<Page>,
): AsyncGenerator<readonly string[], undefined> {
  for (let coming: Promise<Page> | undefined = askIds(); coming;) {
    const { issues, nextPageToken }: Page = await coming;
    coming = nextPageToken === undefined ? undefined : askIds(nextPageToken);
    for (let start = 0; start < issues.length; start += issuesPerPage) {
      yield issues.slice(start, start + issuesPerPage).map(({ id }) => id);
    }
  }
  return undefined;
}

/** Both kinds of pages have the list; the site is our own, and its answers are tested. */
function asPage(parsed: unknown): Page {
  return parsed as Page;
}
