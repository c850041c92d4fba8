import { once } from "node:events";
import { createServer } from "node:http";
import type { Server } from "node:http";

/** What can be read of a message where it arrives. */
export interface Seen {
  /** The alerts that it names, each by the link to its page. */
  readonly alerts: readonly string[];
  /** How many others it says there are: "… and 3 more". */
  readonly more: number;
  /** It says that all of an earlier message is over. */
  readonly isEnd: boolean;
}

/** The ends of the hub that belong to others: the Jira requests it needs, and the channel it tells. */
export interface Vendors {
  readonly jiraUrl: string;
  readonly slackUrl: string;
  /** Requests that the hub made of Jira. */
  jiraRequests(): number;
  close(): Promise<void>;
}

/** `onMessage` gets what a message tells of, the moment its last byte is in. */
export async function startVendors(onMessage: (seen: Seen) => void): Promise<Vendors> {
  let jiraRequests = 0;
  const jira = createServer((request, response) => {
    request.resume();
    jiraRequests += 1;
    response.setHeader("content-type", "application/json");
    const asksForLinkTypes = request.url?.endsWith("/issueLinkType") === true;
    response.end(JSON.stringify(asksForLinkTypes ? { issueLinkTypes: linkTypes } : fields));
  });
  const slack = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      onMessage(readMessage(Buffer.concat(chunks).toString("utf8")));
      response.end("ok");
    });
  });
  const [jiraUrl, slackUrl] = await Promise.all([listen(jira), listen(slack)]);
  return {
    jiraUrl,
    slackUrl,
    jiraRequests: () => jiraRequests,
    close: async () => {
      await Promise.all([jira, slack].map(closeServer));
    },
  };
}

/** `GET /rest/api/3/field`: what the site calls its fields. */
const fields = [
  { id: "summary", name: "Summary", schema: { type: "string" } },
  { id: "customfield_10019", name: "Rank", schema: { type: "any" } },
  { id: "customfield_10020", name: "Sprint", schema: { type: "array" } },
];

/** `GET /rest/api/3/issueLinkType`: the one that the settings name. */
const linkTypes = [{ id: "10000", name: "Blocks", inward: "is blocked by", outward: "blocks" }];

/** Of an incoming webhook's body (connectors/slack/render.ts): links lead to the alerts' pages. */
export function readMessage(body: string): Seen {
  const named = [...body.matchAll(/\/alerts\/([^|">\\]+)/gu)].map(([, id = ""]) => id);
  const more = [...body.matchAll(/… and (\d+) more\b(?! sections)/gu)];
  return {
    alerts: [...new Set(named)].map((id) => decodeURIComponent(id)),
    more: more.reduce((sum, [, count]) => sum + Number(count), 0),
    isEnd: body.startsWith('{"text":"Resolved: '),
  };
}

async function listen(server: Server): Promise<string> {
  server.keepAliveTimeout = 30_000;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return `http://127.0.0.1:${port}`;
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
