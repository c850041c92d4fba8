import type { SightStatement, WriteBack } from "#shared/kit/write-back.ts";
import { shortText } from "#shared/model/facts.ts";
import type { FactId } from "#shared/model/ids.ts";

import { canonicalJson } from "./canonical-json.ts";
import { type JiraWriteBackClient, RemoteLinkBody } from "./client-write-back.ts";
import { inParallel } from "./in-parallel.ts";
import { nativeIdOf } from "./reconcile.ts";

const readsAtOnce = 4;
/** Titles of remote links are cut at this length on the issue. */
const titleMax = 250;

/**
 * The line of sight as a link to the hub on the issue, where people see it. Known again by its global
 * id, under which Jira keeps one link an issue
 * (https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-remote-links/, 2026-11).
 */
export function linkWriteBack(client: JiraWriteBackClient): WriteBack {
  return {
    place: "a remote link “Line of sight”",
    async read(ids) {
      const found = new Map<FactId, string | null>();
      await inParallel(ids, readsAtOnce, async (id) => {
        const links = await client.remoteLinks(nativeIdOf(id));
        if (!links) return;
        const own = links.find(({ globalId }) => globalId === globalIdOf(id));
        found.set(id, own === undefined ? null : textOf(own));
      });
      return found;
    },
    render: (statement) => canonicalJson(contentOf(statement)),
    inWords: (text) => RemoteLinkBody.omit({ globalId: true }).parse(JSON.parse(text)).object.title,
    async write(id, value) {
      const globalId = globalIdOf(id);
      if (value === null) return client.deleteRemoteLink(nativeIdOf(id), globalId);
      const link = RemoteLinkBody.parse({ ...JSON.parse(value), globalId });
      await client.putRemoteLink(nativeIdOf(id), link);
    },
  };
}

/** At most 255 characters: an issue's own id is short. */
function globalIdOf(id: FactId): string {
  return `system=throughline&item=${nativeIdOf(id)}`;
}

function contentOf({ sentence, goalTitle, verdict, itemUrl }: SightStatement) {
  return {
    application: { type: "throughline", name: "Throughline" },
    relationship: "Line of sight",
    object: {
      url: itemUrl,
      title: shortText(sentence, titleMax) ?? verdict,
      summary: goalTitle ?? verdict,
    },
  };
}

/** What we would write again: without Jira's own ids, and without the empty parts that it adds. */
function textOf({ application, relationship, object }: Readonly<Record<string, unknown>>): string {
  return canonicalJson(withoutEmpty({ application, relationship, object }));
}

function withoutEmpty(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const kept = Object.entries(value)
    .map(([name, field]) => [name, withoutEmpty(field)] as const)
    .filter(([, field]) => field !== undefined && field !== null && !isEmpty(field));
  return Object.fromEntries(kept);
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
