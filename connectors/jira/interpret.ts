import type { Reading } from "#shared/kit/connector.ts";
import { isLateDelivery } from "#shared/kit/late-delivery.ts";
import type { Change } from "#shared/model/change.ts";
import type { Delivery } from "#shared/model/delivery.ts";
import { factId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";
import { epochMsOf, readInstant } from "#shared/model/time.ts";

import { goalKindReader } from "./goal-types.ts";
import { parentFields } from "./parent-fields.ts";
import { parseJson } from "./parse-json.ts";
import { readRecords } from "./reading.ts";
import { readIssues } from "./reconcile.ts";
import type { JiraSession } from "./session.ts";
import { WireEvent, WireIssue, type WireType } from "./wire.ts";

/**
 * What a verified webhook says. An issue event carries the issue, read as of the event's own time; a link
 * event carries two numbers, so both ends are read; where a body is thin or doubtful, the issue is read.
 */
export async function interpretDelivery(
  session: JiraSession,
  delivery: Delivery,
): Promise<Reading> {
  const parsed = WireEvent.safeParse(parseJson(delivery.body));
  if (!parsed.success) return refused("a delivery", "it is not a Jira event");
  const event = parsed.data;
  session.recallLists();
  const at = momentOf(event, delivery.receivedAt);
  switch (event.webhookEvent) {
    case "jira:issue_created":
    case "jira:issue_updated":
      return interpretIssue(session, event, { at, isLate: isLate(delivery, event) });
    case "jira:issue_deleted":
      return interpretDeletion(session, event, { at, isLate: isLate(delivery, event) });
    case "issuelink_created":
    case "issuelink_deleted":
      return interpretLink(session, event);
    default:
      return refused(
        event.webhookEvent.slice(0, 60),
        "events of this kind say nothing that the hub keeps",
      );
  }
}

/** The event's time, but never later than it came: a clock that runs ahead must not win over later readings. */
function momentOf(event: WireEvent, receivedAt: Instant): Instant {
  const at = readInstant(event.timestamp);
  return at === undefined || at > receivedAt ? receivedAt : at;
}

/**
 * Jira tries again for over an hour, so a retried body, as one that was long on its way, may tell of a
 * state that later edits have undone: what the issue is now is asked instead.
 * https://developer.atlassian.com/cloud/jira/platform/webhooks/ (read 2026-11-21)
 */
function isLate({ headers, receivedAt }: Delivery, { timestamp }: WireEvent): boolean {
  const isRetry = headers["x-atlassian-webhook-retry"] !== undefined;
  return isRetry || isLateDelivery(readInstant(timestamp), receivedAt);
}

async function interpretIssue(
  session: JiraSession,
  event: WireEvent,
  { at, isLate }: { readonly at: Instant; readonly isLate: boolean },
): Promise<Reading> {
  const parsed = WireIssue.safeParse(event.issue);
  if (!parsed.success) {
    const id = idIn(event.issue);
    if (id === undefined) return refused("an issue event", "it carries no issue");
    return readAgain(session, event, { id, at });
  }
  const issue = parsed.data;
  if (!(await session.readsProject(issue.fields.project.key))) {
    return outOfScope(session, event, { id: issue.id, at });
  }
  if (isDoubtful(session, event, issue)) return readAgain(session, event, { id: issue.id, at });
  if (isLate) {
    const now = await readIssues(session, [issue.id]);
    if (now.changes.length + now.rejected.length > 0) return now;
    if (now.elsewhere > 0) return outOfScope(session, event, { id: issue.id, at });
  }
  const reading = await readRecords(session, [issue], at);
  const otherForm = changedType(event) ? formerForms(session, event, { issue, at }) : [];
  return { ...reading, changes: [...reading.changes, ...otherForm] };
}

/**
 * Old and odd bodies lack what a verdict rests on: the level, where goals are told by it; the category
 * of the status; or the parent that the changelog says was set.
 */
function isDoubtful(session: JiraSession, event: WireEvent, { fields }: WireIssue): boolean {
  const setsParent = (event.changelog?.items ?? []).some(
    ({ field, to }) =>
      parentFields.has(field ?? "") && to !== null && to !== undefined && to !== "",
  );
  return (
    lacksLevel(session, fields.issuetype) ||
    fields.status.statusCategory === undefined ||
    readInstant(fields.updated) === undefined ||
    (setsParent && !fields.parent)
  );
}

/** Whether it cannot be told if such issues are goals. */
function lacksLevel({ context }: JiraSession, { hierarchyLevel }: WireType): boolean {
  const isNeeded = context.settings.goalTypes.some((entry) => /^level/iu.test(entry));
  return isNeeded && hierarchyLevel === undefined;
}

/** An issue that an event is about, and when that was. */
interface Named {
  readonly id: string;
  readonly at: Instant;
}

async function readAgain(session: JiraSession, event: WireEvent, named: Named): Promise<Reading> {
  const { id } = named;
  const { elsewhere, ...reading } = await readIssues(session, [id]);
  if (reading.changes.length + reading.rejected.length > 0) return reading;
  if (elsewhere > 0) return outOfScope(session, event, named);
  const reason = "the event is thin, and the issue can no longer be read";
  // Its type is not told; as either form, reading it again asks for the same issue.
  const ownId = factId("work-item", "jira", session.context.connectionId, id);
  return { changes: [], rejected: [{ record: `issue ${id}`, reason, id: ownId }] };
}

/** An issue that leaves the configured projects leaves the graph; one that was never in it, we ignore. */
function outOfScope(session: JiraSession, event: WireEvent, named: Named): Reading {
  const isMove = (event.changelog?.items ?? []).some(
    ({ field }) => field === "Key" || field === "project",
  );
  if (isMove) return { changes: removals(session, event, named), rejected: [] };
  return { changes: [], rejected: [] };
}

async function interpretDeletion(
  session: JiraSession,
  event: WireEvent,
  { at, isLate }: { readonly at: Instant; readonly isLate: boolean },
): Promise<Reading> {
  const id = idIn(event.issue);
  if (id === undefined) return refused("a deletion", "it names no issue");
  if (isLate) {
    // It may be back.
    const now = await readIssues(session, [id]);
    if (now.changes.length + now.rejected.length > 0) return now;
  }
  const type = WireIssue.safeParse(event.issue).data?.fields.issuetype;
  const isGoal = type && goalKindReader(session.context.settings.goalTypes)(type) !== undefined;
  const forms = removals(session, event, { id, at });
  // The body says what it was; without one, or an old one, both forms are buried.
  if (!type || (!isGoal && lacksLevel(session, type))) return { changes: forms, rejected: [] };
  return { changes: forms.slice(isGoal ? 1 : 0, isGoal ? 2 : 1), rejected: [] };
}

async function interpretLink(session: JiraSession, event: WireEvent): Promise<Reading> {
  const link = event.issueLink;
  if (!link) return refused(event.webhookEvent, "it carries no link");
  const ids = [link.sourceIssueId, link.destinationIssueId];
  const { elsewhere, ...reading } = await readIssues(session, ids);
  if (reading.changes.length + reading.rejected.length + elsewhere > 0) return reading;
  return refused(`link of issues ${ids.join(" and ")}`, "neither end can be read");
}

function changedType(event: WireEvent): boolean {
  return (event.changelog?.items ?? []).some(({ field }) => field === "issuetype");
}

/** An epic that became an initiative may have been work and be a goal now: the other form goes. */
function formerForms(
  session: JiraSession,
  event: WireEvent,
  { issue, at }: { readonly issue: WireIssue; readonly at: Instant },
): readonly Change[] {
  const isGoal = goalKindReader(session.context.settings.goalTypes)(issue.fields.issuetype);
  const forms = removals(session, event, { id: issue.id, at });
  return forms.slice(isGoal ? 0 : 1, isGoal ? 1 : 2);
}

/**
 * The removal of an issue as work, then as a goal. Its version is the event's time on Jira's own clock,
 * as `updated` is: with ours, a deletion right after an edit could look older than the edit.
 */
function removals(session: JiraSession, event: WireEvent, { id, at }: Named): readonly Change[] {
  const { connectionId } = session.context;
  const updated = WireIssue.safeParse(event.issue).data?.fields.updated;
  const moments = [readInstant(event.timestamp), readInstant(updated), at];
  const sourceVersion = Math.max(...moments.flatMap((each) => (each ? [epochMsOf(each)] : [])));
  return (["work-item", "goal"] as const).map((type) => ({
    kind: "removed",
    id: factId(type, "jira", connectionId, id),
    sourceVersion,
    readAt: at,
  }));
}

function idIn(issue: unknown): string | undefined {
  if (typeof issue !== "object" || issue === null || !("id" in issue)) return undefined;
  const { id } = issue;
  return (typeof id === "string" && /^\d+$/u.test(id)) || typeof id === "number"
    ? String(id)
    : undefined;
}

function refused(record: string, reason: string): Reading {
  return { changes: [], rejected: [{ record, reason }] };
}
