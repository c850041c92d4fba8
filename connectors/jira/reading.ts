import type { Gap, Reading, UrlResolver } from "#shared/kit/connector.ts";
import type { Change, Rejected } from "#shared/model/change.ts";
import type { Instant } from "#shared/model/time.ts";

import { urlsIn } from "./edges.ts";
import { issuesByKeys } from "./find-by-keys.ts";
import type { NormalizeContext } from "./normalize-context.ts";
import { normalizeParsed, parseIssue } from "./normalize.ts";
import { legacyParentNames, type ParentFlaw } from "./parents.ts";
import { readRemoteLinks, remoteTargets, remoteUrls } from "./remote-links.ts";
import type { JiraSession } from "./session.ts";
import type { WireIssue } from "./wire.ts";

/**
 * Records as read at one moment, interpreted together: what their addresses, old links and remote links
 * lead to is asked once for all of them.
 */
export async function readRecords(
  session: JiraSession,
  records: readonly unknown[],
  readAt: Instant,
): Promise<Reading> {
  const base = await session.normalizeContext();
  const issues: WireIssue[] = [];
  const rejected: Rejected[] = [];
  for (const record of records) {
    const parsed = parseIssue(base, record);
    if ("rejected" in parsed) rejected.push(parsed.rejected);
    else issues.push(parsed.issue);
  }
  const context = await withTargets(session, base, issues);
  const changes: Change[] = [];
  const flaws: Flaw[] = [];
  let unresolvedUrls = 0;
  for (const issue of issues) {
    const normalized = normalizeParsed(context, issue, readAt);
    if ("rejected" in normalized) {
      rejected.push(normalized.rejected);
      continue;
    }
    changes.push(normalized.change);
    unresolvedUrls += normalized.unresolvedUrls;
    const { parentFlaw } = normalized;
    if (parentFlaw !== undefined) flaws.push({ key: issue.key, flaw: parentFlaw });
  }
  const gaps = [...(unresolvedUrls > 0 ? [unresolvedGap(unresolvedUrls)] : []), ...flawGaps(flaws)];
  return { changes, rejected, gaps };
}

async function withTargets(
  session: JiraSession,
  base: NormalizeContext,
  issues: readonly WireIssue[],
): Promise<NormalizeContext> {
  const names = legacyParentNames(base.fields, issues);
  const links = await readRemoteLinks(
    session,
    issues.map(({ id }) => id),
  );
  const fieldIds = [...base.fields.goalLinks, ...base.fields.blockedBy];
  const urls = [
    ...issues.flatMap(({ fields }) => urlsIn(fields, fieldIds)),
    ...(links ? remoteUrls(links) : []),
  ];
  const resolveUrl: UrlResolver =
    urls.length === 0 ? base.resolveUrl : await session.context.resolveUrls(urls);
  const { remoteLinkMeanings } = session.context.settings;
  return {
    ...base,
    resolveUrl,
    ...(names.size > 0 && { legacyParents: await issuesByKeys(session, [...names]) }),
    ...(links && { remoteTargets: remoteTargets(links, remoteLinkMeanings, resolveUrl) }),
  };
}

function unresolvedGap(count: number): Gap {
  return {
    what: "Addresses in goal link and blocked-by fields",
    why: `${count} of those read last lead to nothing that a connection of the hub reads`,
    isMendedByConnecting: true,
  };
}

interface Flaw {
  readonly key: string;
  readonly flaw: ParentFlaw;
}

const flawTexts: Readonly<Record<ParentFlaw, { readonly what: string; readonly why: string }>> = {
  stale: {
    what: "Stale epic and parent links",
    why: "carry an old link that contradicts their parent: the parent is followed, the link is not",
  },
  impossible: {
    what: "Impossible parents",
    why: "name a parent that is not on a level above them: it is not followed",
  },
  unknown: {
    what: "Old parent links that lead nowhere",
    why: "have no parent but an old epic or parent link to an issue that cannot be seen",
  },
};

function flawGaps(flaws: readonly Flaw[]): readonly Gap[] {
  return [...Map.groupBy(flaws, ({ flaw }) => flaw)].map(([flaw, those]) => {
    const { what, why } = flawTexts[flaw];
    return {
      what,
      why: `${those.length} of the issues read last, such as ${those[0]?.key}, ${why}`,
    };
  });
}
