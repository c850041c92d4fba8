import { createHash } from "node:crypto";

import { HubError } from "#shared/errors.ts";
import type { BudgetOwner } from "#shared/model/budget.ts";
import type { Dependency, Edge, Link } from "#shared/model/edges.ts";
import type { HistoryId } from "#shared/model/history.ts";
import type {
  AccountId,
  AlertId,
  ConnectionId,
  FactId,
  FactType,
  GrantId,
  LinkRuleId,
  PersonId,
  RuleName,
  SignalId,
} from "#shared/model/ids.ts";
import { readFactId } from "#shared/model/ids.ts";
import type { AlertStatus } from "#shared/model/signal.ts";
import type { CalendarDate, Instant } from "#shared/model/time.ts";
import type { Key } from "#shared/ports/table.ts";

/*
 * Every access pattern of the hub table. Units: R = 4 KB read, W = 1 KB write; ½R = eventually consistent.
 *
 * what                                  | key                                        | cost
 * --------------------------------------|--------------------------------------------|---------------------------
 * a fact by id                          | pk = id, sk = 0                            | 1 R; batch: 1 R each
 * a fact with its links, dependencies   | pk = id, sk = 0 | link#… | dependency#…    | 1 R (a partition is small)
 * the past of an item or goal, as its    | pk = id, sk = history                      | 1 R
 *   source tells it; as the hub saw it  |   in the fact itself (`past`)              | 0
 * a person's link that was taken back   | pk = id, sk ^ link#, type ended-link        | with its item
 * children of an item, goal or unit     | reverse: rpk = parent, rsk ^ work-item#…   | ½ R per 40 keys
 * what links to a goal                  | reverse: rpk = goal, rsk ^ link#           | ½ R per 40 keys
 * what an item blocks                   | reverse: rpk = item, rsk ^ dependency#     | ½ R per 40 keys
 * work of an account                    | assignee: apk = account                    | ½ R per 40 keys
 * goals, people, accounts, units, …     | list: lpk = the type                       | ½ R per 4 KB
 * connections; all cursors; rule settings| list: lpk = connection | cursor | …       | ½ R
 * a connection's cursors, subscriptions,| pk = connection, sk ^ cursor#…             | 1 R
 *   gaps, quarantine, counters, budget, |                                            |
 *   key aliases, sealed webhook secrets |                                            |
 * a grant; its refresh lease            | pk = grant, sk = 0 | refresh-lease         | 1 R
 * what an operator said of an account,   | pk = account or person, sk = match |       | 1 R
 *   of a record; ruled out; decisions    |   same-person | rejection#… | decision#…   | 1 R
 * what is kept for a connection, by id   | pk = kept:<connection>, sk = record#…      | 1 R
 *   or by a value                        |   sk ^ by#<collection>#<attribute>#…       | 1 R
 * a sending token, by what it is         | pk = sending-token:<digest>, sk = 0        | 1 R
 * digests of who was erased; receipts    | pk = erasures, sk ^ erased# | receipt#      | 1 R
 * a consent under way                   | pk = consent:<state>, sk = 0               | 1 R
 * all link rules                        | pk = link-rules, sk = rule id              | 1 R per 4 KB
 * open signals; alerts of a status      | list: lpk = signal#open | alert#<status>   | ½ R per 4 KB
 * a signal or alert of (rule, subject)  | pk = signal:… | alert:…, sk = 0            | 1 R
 * an alert's notifications              | pk = alert, sk ^ notification#             | 1 R
 * what is held of a connection          | connection: cpk = connection#type of fact  | ½ R per 20 facts or edges
 * runs of the self-check, latest first  | pk = self-check, sk ^ run#…                 | 1 R
 * due mailboxes, due dispatches, due     | list: lpk = mailbox#due | dispatch#due |    | ½ R per 4 KB
 *   and resting rungs; a month's log      |   rung#due | rung#resting | dispatch#<month> |
 * what waits for a recipient, by when    | list: lpk = waiting#<recipient>             | ½ R per 4 KB
 * a dispatch; a recipient's mailbox      | pk = dispatch:… | mailbox:…, sk = 0        | 1 R
 * a press in it; none to report so far   | pk = dispatch:…, sk = press#… | looked     | 1 R
 * what a recipient last got of a group   | pk = mailbox:…, sk = group#…                | 1 R
 * who hears of alerts                    | pk = routing, sk = 0                       | 1 R
 * the version of the org, its changes    | pk = org, sk = version | change#… | …     | 1 R
 * the whole graph (oracle, lists)       | parallel scan                              | ½ R per 4 KB
 *
 * Writes: a changed work item is 1 W. `reverse` and `assignee` hold keys only, so they cost a further W
 * each only when an item is created, moved to another parent or assigned to somebody else; `connection`
 * holds what a reconcile compares, so it costs one when an item comes, goes or moves.
 */

const selfSort = "0";

export function factKey(id: FactId | ConnectionId | GrantId | SignalId | AlertId): Key {
  return { pk: id, sk: selfSort };
}

/** Partition of `list` per kind of thing that is few enough to be read whole. */
export const lists = {
  goals: "goal",
  people: "person",
  accounts: "account",
  orgUnits: "org-unit",
  matches: "match",
  memberships: "membership",
  samePeople: "same-person",
  rejections: "rejection",
  decisions: "decision",
  connections: "connection",
  cursors: "cursor",
  ruleSettings: "rule-settings",
  openSignals: "signal#open",
  grants: "grant",
  dueMailboxes: "mailbox#due",
  dueDispatches: "dispatch#due",
  dueRungs: "rung#due",
  restingRungs: "rung#resting",
} as const;

export function alertList(status: AlertStatus): string {
  return `alert#${status}`;
}

const edgePrefix = { link: "link#", dependency: "dependency#" } as const;

export function linkKey(link: Pick<Link, "fromId" | "toId" | "source" | "assertedBy">): Key {
  return {
    pk: link.fromId,
    sk: `${edgePrefix.link}${link.toId}#${link.source}#${link.assertedBy ?? "person"}`,
  };
}

function dependencyKey(edge: Pick<Dependency, "blockedId" | "blockingId" | "source">): Key {
  return { pk: edge.blockedId, sk: `${edgePrefix.dependency}${edge.blockingId}#${edge.source}` };
}

export function edgeKey(edge: Edge): Key {
  switch (edge.type) {
    case "link":
      return linkKey(edge);
    case "dependency":
      return dependencyKey(edge);
    case "home":
      return { pk: edge.childId, sk: `home#${edge.parentId}` };
    case "membership":
      return { pk: edge.personId, sk: `membership#${edge.unitId}#${edge.assertedBy ?? "person"}` };
  }
}

/** Beside its item, so that whoever reads an item with its edges has its past too. */
export function historyKey(itemId: HistoryId): Key {
  return { pk: itemId, sk: "history" };
}

export function matchKey(accountId: AccountId): Key {
  return { pk: accountId, sk: "match" };
}

/** Records that the hub keeps for a connection whose source sends: a partition of their own. */
export function keptPartition(connectionId: ConnectionId): string {
  return `kept:${connectionId}`;
}

export function keptKey(connectionId: ConnectionId, collection: string, id: string): Key {
  return { pk: keptPartition(connectionId), sk: `record#${collection}#${id}` };
}

/** Entries by a value; long ones by their digest, since a sort key holds 1,024 bytes. */
export function keptLookupKey(
  connectionId: ConnectionId,
  by: { readonly collection: string; readonly attribute: string; readonly value: string },
): Key {
  const digest = createHash("sha256").update(by.value).digest("base64url");
  const sk = `by#${by.collection}#${by.attribute}#${digest}#`;
  return { pk: keptPartition(connectionId), sk };
}

/** A token of a source that sends, among those of its connection. */
export function sendingTokenKey(of: {
  readonly connectionId: ConnectionId;
  readonly id: string;
}): Key {
  return { pk: of.connectionId, sk: `sending-token#${of.id}` };
}

/** The way from a token's digest to its connection. */
export function sendingTokenHashKey(hash: string): Key {
  return { pk: `sending-token:${hash}`, sk: selfSort };
}

/** A person that an operator ruled out for an account or for a record. */
export function rejectionKey(subjectId: FactId, personId: PersonId): Key {
  return { pk: subjectId, sk: `rejection#${personId}` };
}

/** What an operator decided about an account or a record, by time. */
export function decisionKey(subjectId: FactId, decisionId: string): Key {
  return { pk: subjectId, sk: `decision#${decisionId}` };
}

export function samePersonKey(personId: PersonId): Key {
  return { pk: personId, sk: "same-person" };
}

/** Where a thing hangs in the `reverse` index: under what it refers to, prefixed by what it is. */
export function reverseOf(
  type: string,
  refersTo: string,
  id: string,
): { rpk: string; rsk: string } {
  return { rpk: refersTo, rsk: `${type}#${id}` };
}

/** Where the facts of a type, and what stands beside them, are found by the connection they came from. */
export function connectionPartition(connectionId: ConnectionId, type: FactType): string {
  return `${connectionId}#${type}`;
}

/** The place in the `connection` index of whatever stands in the partition of this fact. */
export function heldUnder(id: FactId): { cpk: string } {
  const parts = readFactId(id);
  if (!parts) throw new HubError("invariant.broken", "What stands beside a fact needs its id");
  return { cpk: connectionPartition(parts.connectionId, parts.type) };
}

export function childrenPrefix(type: "work-item" | "goal" | "org-unit" | "person"): string {
  return `${type}#`;
}

export function cursorKey(connectionId: ConnectionId, collection: string, lane: CursorLane): Key {
  return { pk: connectionId, sk: `cursor#${lane}#${collection}` };
}
/** Pulling, reconciling and reading the past move independently, so each has a cursor of its own. */
export type CursorLane = "pull" | "reconcile" | "history";

export function subscriptionKey(connectionId: ConnectionId, subscriptionId: string): Key {
  return { pk: connectionId, sk: `subscription#${subscriptionId}` };
}

export function heardKey(connectionId: ConnectionId, subscriptionId: string): Key {
  return { pk: connectionId, sk: `heard#${subscriptionId}` };
}

/** A record, or a whole collection, that waits for another tool's answer. */
export function waitingRecordKey(
  waiting: { readonly connectionId: ConnectionId; readonly collection: string } & {
    readonly factId?: FactId | undefined;
  },
): Key {
  const { connectionId, collection, factId = "*" } = waiting;
  return { pk: connectionId, sk: `waiting#${collection}#${factId}` };
}

/** The encrypted secrets of a webhook registration. */
export function sealedSecretsKey(connectionId: ConnectionId, subscriptionId: string): Key {
  return { pk: connectionId, sk: `sealed-secrets#${subscriptionId}` };
}

export function quarantineKey(connectionId: ConnectionId, collection: string, record: string): Key {
  return { pk: connectionId, sk: `quarantined#${collection}#${record}` };
}

/** Who may refresh the tokens of a grant now, and how often that was done. */
export function refreshLeaseKey(grantId: GrantId): Key {
  return { pk: grantId, sk: "refresh-lease" };
}

export function consentAttemptKey(state: string): Key {
  return { pk: `consent:${state}`, sk: selfSort };
}

/** What a source allows its owner, as far as its answers told. */
export function budgetKey(owner: BudgetOwner): Key {
  return { pk: owner, sk: "budget" };
}

/** Points taken by all functions in one window of the source's quota. */
export function budgetWindowKey(owner: BudgetOwner, startsAt: Instant): Key {
  return { pk: owner, sk: `budget-window#${startsAt}` };
}

/** The id behind a key that people write in addresses, once its source was asked. */
export function keyAliasKey(connectionId: ConnectionId, key: string): Key {
  return { pk: connectionId, sk: `key-alias#${key}` };
}

export function gapKey(connectionId: ConnectionId, what: string): Key {
  return { pk: connectionId, sk: `gap#${what}` };
}

/** Counters of refused deliveries to connections that do not exist hang here. */
export const unknownConnections = "unknown";

export function counterKey(
  owner: ConnectionId | typeof unknownConnections,
  day: CalendarDate,
): Key {
  return { pk: owner, sk: `counter#${day}` };
}

export function ruleSettingsKey(rule: RuleName): Key {
  return { pk: `rule:${rule}`, sk: selfSort };
}

/**
 * All link rules stand in one partition of their own: an evaluation needs them as they are now, and only
 * a partition of the table, unlike one of an index, can be read strongly consistently.
 */
export const linkRulesPartition = "link-rules";

export function linkRuleKey(id: LinkRuleId): Key {
  return { pk: linkRulesPartition, sk: id };
}

/** Bumped after any change of people, accounts, units or matches; readers cache the org by it. */
export const orgVersionKey: Key = { pk: "org", sk: "version" };

export function listSort(at: Instant, id: string): string {
  return `${at}#${id}`;
}
