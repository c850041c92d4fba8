import { HubError } from "#shared/errors.ts";
import type { Reading, Source, SourceContext } from "#shared/kit/connector.ts";
import type { Change, Rejected } from "#shared/model/change.ts";
import type { HeldFact } from "#shared/model/held-fact.ts";
import type { FactId } from "#shared/model/ids.ts";

import { jiraComments } from "./client-comments.ts";
import { confirmAccounts, confirmIssues, type Held } from "./confirm.ts";
import { IssueParts } from "./count-parts.ts";
import { discoverJira } from "./discover.ts";
import { enumerateAccounts, enumerateIssues } from "./enumerate.ts";
import { findByKeys } from "./find-by-keys.ts";
import { interpretDelivery } from "./interpret.ts";
import { accountIdOf, readUsers } from "./normalize-account.ts";
import { probeJira } from "./probe.ts";
import { pullAccounts, usersPerPage } from "./pull-accounts.ts";
import { pullHistories } from "./pull-histories.ts";
import { pullIssues } from "./pull-issues.ts";
import { nativeIdOf, readIssues } from "./reconcile.ts";
import { JiraSession } from "./session.ts";
import type { JiraSettings } from "./settings.ts";
import {
  inspectSubscriptions,
  renewSubscription,
  subscribe,
  subscriptionResources,
  unsubscribe,
} from "./subscriptions.ts";
import { jiraWriteBack } from "./write-back.ts";

/** The readable side of a Jira connection. */
export function createJiraSource(context: SourceContext<JiraSettings>): Source {
  const session = new JiraSession(context);
  const writeBack = jiraWriteBack(context);
  const comments = jiraComments(context);
  const parts = collectionsOf(session);
  const of = (collection: string) => {
    const found = parts[collection];
    if (found) return found;
    throw new HubError("invariant.broken", `Jira has no collection “${collection}”`);
  };
  return {
    probe: () => probeJira(session),
    pull: (collection, position) => of(collection).pull(position),
    enumerate: (collection, part) => of(collection).enumerate(part),
    countParts: async (collection) => of(collection).countParts?.(),
    partOf: (collection, fact) => of(collection).partOf?.(fact),
    isOf: (collection, fact) => (fact.type === "account") === (collection === "accounts"),
    readByIds: (collection, ids) => of(collection).readByIds(ids),
    confirm: (collection, ids, held) => of(collection).confirm(ids, held),
    pullHistories: (position) => pullHistories(session, position),
    interpret: (delivery) => interpretDelivery(session, delivery),
    findByKeys: (keys) => findByKeys(session, keys),
    ...(writeBack && { writeBack }),
    ...(comments && { comments }),
    subscriptionResources: () => subscriptionResources(session),
    subscribe: (request) => subscribe(session, request),
    unsubscribe: (nativeId) => unsubscribe(session, nativeId),
    inspectSubscriptions: (known) => inspectSubscriptions(session, known),
    discover: () => discoverJira(session),
    renewSubscription: async (nativeId) => renewSubscription(session, nativeId),
  };
}

interface CollectionParts {
  readonly pull: (position: string | undefined) => ReturnType<Source["pull"]>;
  readonly enumerate: (part?: string) => ReturnType<Source["enumerate"]>;
  readonly countParts?: () => Promise<ReadonlyMap<string, number>>;
  readonly partOf?: (fact: HeldFact) => string | undefined;
  readonly readByIds: (ids: Parameters<Source["readByIds"]>[1]) => ReturnType<Source["readByIds"]>;
  readonly confirm: (ids: readonly FactId[], held?: Held) => ReturnType<Source["confirm"]>;
}

function collectionsOf(session: JiraSession): Readonly<Record<string, CollectionParts>> {
  const issueParts = new IssueParts(session);
  return {
    accounts: {
      pull: (position) => pullAccounts(session, position),
      enumerate: () => enumerateAccounts(session),
      readByIds: (ids) => readAccounts(session, new Set(ids)),
      confirm: (ids) => confirmAccounts(session, ids),
    },
    issues: {
      pull: (position) => pullIssues(session, position),
      enumerate: (part) => enumerateIssues(session, part),
      countParts: () => issueParts.count(),
      partOf: (fact) => issueParts.partOf(fact),
      readByIds: (ids) => readIssues(session, ids.map(nativeIdOf)),
      confirm: (ids, held) => confirmIssues(session, ids, held),
    },
  };
}

/** A list of users is one request for a thousand; single reads would be one each. */
async function readAccounts(session: JiraSession, wanted: ReadonlySet<FactId>): Promise<Reading> {
  const { clock, connectionId } = session.context;
  const changes: Change[] = [];
  const rejected: Rejected[] = [];
  for (let startAt = 0; ;) {
    const readAt = clock.now();
    const users = await session.client.users(startAt, usersPerPage);
    if (users.length === 0) return { changes, rejected };
    startAt += users.length;
    const those = users.filter((user) => {
      const id = accountIdOf(connectionId, user);
      return id !== undefined && wanted.has(id);
    });
    const read = readUsers(connectionId, those, readAt);
    changes.push(...read.changes);
    rejected.push(...read.rejected);
  }
}
