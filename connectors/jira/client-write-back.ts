import {
  bulkFetchIssues,
  createOrUpdateRemoteIssueLink,
  deleteIssueProperty,
  deleteRemoteIssueLinkByGlobalId,
  getRemoteIssueLinks,
  setIssueProperty,
} from "jira.js/cloud";
import type { Client } from "jira.js/core";
import * as z from "zod";

import { HubError } from "#shared/errors.ts";

import { type JiraAccess, jiraTransport } from "./client-transport.ts";
import { bulkFetchMax } from "./client.ts";

const IssuesWithProperties = z.looseObject({
  issues: z.array(
    z.looseObject({ id: z.string(), properties: z.record(z.string(), z.json()).nullish() }),
  ),
});
const RemoteLinks = z.array(z.looseObject({ globalId: z.string().nullish() }));
type RemoteLink = z.infer<typeof RemoteLinks>[number];

/** A remote link as it is written: always whole, because what is left out is taken away. */
export const RemoteLinkBody = z.looseObject({
  globalId: z.string(),
  application: z
    .looseObject({ type: z.string().optional(), name: z.string().optional() })
    .optional(),
  relationship: z.string().optional(),
  object: z.looseObject({ url: z.string(), title: z.string(), summary: z.string().optional() }),
});
type RemoteLinkBody = z.infer<typeof RemoteLinkBody>;

/** The calls that write-back makes, and no others write into Jira. Throws only `HubError`. */
export class JiraWriteBackClient {
  readonly #client: Client;

  constructor(access: JiraAccess) {
    this.#client = jiraTransport(access);
  }

  /**
   * One entity property of issues, undefined where an issue has none; issues that are gone or hidden
   * are left out. From the database, not from the search index, which lags behind writes.
   */
  async properties(
    issueIds: readonly string[],
    key: string,
  ): Promise<ReadonlyMap<string, z.core.util.JSONType | undefined>> {
    const found = new Map<string, z.core.util.JSONType | undefined>();
    for (let start = 0; start < issueIds.length; start += bulkFetchMax) {
      const answer = await bulkFetchIssues(this.#client, {
        issueIdsOrKeys: issueIds.slice(start, start + bulkFetchMax),
        fields: ["id"],
        properties: [key],
      });
      for (const { id, properties } of parsed(IssuesWithProperties, answer).issues) {
        found.set(id, properties?.[key]);
      }
    }
    return found;
  }

  async setProperty(issueId: string, propertyKey: string, value: unknown): Promise<void> {
    const body = asBody(value);
    await setIssueProperty(this.#client, { issueIdOrKey: issueId, propertyKey, body });
  }

  /** Succeeds when there is none. */
  async deleteProperty(issueId: string, propertyKey: string): Promise<void> {
    await orAbsent(deleteIssueProperty(this.#client, { issueIdOrKey: issueId, propertyKey }));
  }

  /** All remote links of an issue; undefined where the issue is gone or hidden. */
  async remoteLinks(issueId: string): Promise<readonly RemoteLink[] | undefined> {
    const answer = await orAbsent(getRemoteIssueLinks(this.#client, { issueIdOrKey: issueId }));
    return answer === undefined ? undefined : parsed(RemoteLinks, answer);
  }

  async putRemoteLink(issueId: string, { object, ...link }: RemoteLinkBody): Promise<void> {
    await createOrUpdateRemoteIssueLink(this.#client, { issueIdOrKey: issueId, ...link, object });
  }

  /** Succeeds when there is none. */
  async deleteRemoteLink(issueId: string, globalId: string): Promise<void> {
    const wanted = { issueIdOrKey: issueId, globalId };
    await orAbsent(deleteRemoteIssueLinkByGlobalId(this.#client, wanted));
  }
}

/** Any JSON may be a property's value, and our transport sends it as it is; jira.js types only objects. */
function asBody(value: unknown): Record<string, unknown> {
  return value as Record<string, unknown>;
}

async function orAbsent(asked: Promise<unknown>): Promise<unknown> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof HubError && error.code === "connector.not-found") return undefined;
    throw error;
  }
}

function parsed<S extends z.ZodType>(schema: S, answer: unknown): z.output<S> {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  const where = result.error.issues[0]?.path.join(".") ?? "";
  throw new HubError("connector.drifted", `Jira's answer is not as documented: ${where}`);
}
