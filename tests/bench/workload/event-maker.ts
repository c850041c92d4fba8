import { createHmac } from "node:crypto";

import { alertId, dependencyId, factId } from "#shared/model/ids.ts";
import { seededRandom } from "#shared/testing/simulator/seeded-random.ts";

import { jiraConnection, parentIn, plan, webhookSecret } from "./company.ts";
import type { Site } from "./company.ts";
import type { BenchIssue } from "./jira-issue.ts";
import { issueBody, keyOf, userBody } from "./jira-issue.ts";
import { noOps } from "./mix.ts";
import type { EventKind } from "./mix.ts";

/** One signed delivery, and what it must lead to. */
export interface BenchEvent {
  readonly id: string;
  readonly kind: EventKind;
  readonly isNoOp: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The alert that opens or resolves, where one does. */
  readonly alert?: string;
}

type Group = "goals" | "epics" | "stories" | "blocked" | "blockers";

/** Moves the site on, one event after the other, the same for every seed. Each event is a millisecond later. */
export class EventMaker {
  readonly #issues: Record<Group, BenchIssue[]>;
  readonly #random: () => number;
  readonly #created: BenchIssue[] = [];
  #atMs: number;
  #nextId = 50_000;
  #count = 0;
  #turns = { relink: 0, block: 0 };

  constructor(site: Site, startMs: number, seed = 1) {
    const { goals, epics, stories, blocked, blockers } = site;
    this.#issues = {
      goals: [...goals],
      epics: [...epics],
      stories: [...stories],
      blocked: [...blocked],
      blockers: [...blockers],
    };
    this.#random = seededRandom(seed);
    this.#atMs = startMs;
  }

  /** What happens from now on happens then: a delivery that looks old is read again at the tool. */
  goOnAt(ms: number): void {
    this.#atMs = Math.max(this.#atMs, ms);
  }

  /** Every issue as it stands, as creations: how the hub is filled. */
  all(): readonly BenchEvent[] {
    const groups = ["goals", "epics", "stories", "blockers", "blocked"] as const;
    return groups.flatMap((group) =>
      this.#issues[group].map((issue) => this.#event("created", "jira:issue_created", issue)),
    );
  }

  /** `count` events of the mix; the mix is kept in every stretch of its own length. */
  take(mix: readonly EventKind[], count: number): readonly BenchEvent[] {
    const events: BenchEvent[] = [];
    while (events.length < count) {
      for (const kind of this.#shuffled(mix).slice(0, count - events.length)) {
        events.push(this.#next(kind));
      }
    }
    return events;
  }

  #next(kind: EventKind): BenchEvent {
    switch (kind) {
      case "comment-event":
        return this.#event(
          kind,
          "comment_created",
          this.#change("stories", this.#any("stories"), edited),
        );
      case "comment":
      case "edit":
        return this.#updated(kind, this.#any("stories"), edited);
      case "status":
        return this.#updated(kind, this.#any("stories"), (issue) => this.#nextStatus(issue));
      case "assignee":
        return this.#updated(kind, this.#any("stories"), nextAssignee);
      case "type":
        return this.#updated(kind, this.#any("stories"), otherType);
      case "created":
        return this.#create();
      case "removed":
        return this.#remove();
      case "relink":
        return this.#relink();
      case "block":
        return this.#block();
    }
  }

  #create(): BenchEvent {
    this.#nextId += 1;
    const id = this.#nextId;
    const issue: BenchIssue = {
      id,
      level: "story",
      summary: `story ${id}: thought of on the way`,
      status: "todo",
      assignee: id % plan.people,
      ...parentIn(this.#issues.epics.slice(plan.epics), id),
      edits: 0,
      updatedMs: this.#tick(),
    };
    this.#created.push(issue);
    return this.#event("created", "jira:issue_created", issue);
  }

  #remove(): BenchEvent {
    const issue = this.#created.shift();
    if (!issue) return this.#create();
    return this.#event("removed", "jira:issue_deleted", { ...issue, updatedMs: this.#tick() });
  }

  #relink(): BenchEvent {
    const at = this.#turns.relink % plan.epics;
    this.#turns.relink += 1;
    const event = this.#updated("relink", at, ({ parent: _parent, ...epic }) =>
      _parent ? epic : { ...epic, ...parentIn(this.#issues.goals, at) },
    );
    const subject = factId("work-item", "jira", jiraConnection, String(this.#issues.epics[at]?.id));
    return { ...event, alert: alertId("unlinked-work", subject) };
  }

  #block(): BenchEvent {
    const at = this.#turns.block % plan.pairs;
    this.#turns.block += 1;
    const blocker = this.#issues.blockers[at]?.id ?? 0;
    const event = this.#updated("block", at, ({ blocker: _blocker, ...issue }) =>
      _blocker === undefined ? { ...issue, blocker } : issue,
    );
    const end = (id: unknown) => factId("work-item", "jira", jiraConnection, String(id));
    const subject = dependencyId(end(this.#issues.blocked[at]?.id), end(blocker));
    return { ...event, alert: alertId("blocked-across-boundary", subject) };
  }

  #updated(kind: EventKind, at: number, change: (issue: BenchIssue) => BenchIssue): BenchEvent {
    const group = kind === "relink" ? "epics" : kind === "block" ? "blocked" : "stories";
    return this.#event(kind, "jira:issue_updated", this.#change(group, at, change));
  }

  #change(group: Group, at: number, change: (issue: BenchIssue) => BenchIssue): BenchIssue {
    const issue = this.#issues[group][at];
    if (!issue) throw new Error(`There is no ${group} ${at}`);
    const next = { ...change(issue), updatedMs: this.#tick() };
    this.#issues[group][at] = next;
    return next;
  }

  #event(kind: EventKind, webhookEvent: string, issue: BenchIssue): BenchEvent {
    this.#count += 1;
    const id = `bench-${this.#count}`;
    const body = JSON.stringify({
      timestamp: issue.updatedMs,
      webhookEvent,
      ...(webhookEvent === "jira:issue_updated" && { issue_event_type_name: `issue_${kind}` }),
      user: userBody(issue.assignee),
      issue: issueBody(issue),
      ...changelogOf(kind, issue),
    });
    const signature = createHmac("sha256", webhookSecret).update(body).digest("hex");
    return {
      id,
      kind,
      isNoOp: noOps.has(kind),
      headers: {
        "content-type": "application/json; charset=UTF-8",
        "x-hub-signature": `sha256=${signature}`,
        "x-atlassian-webhook-identifier": id,
      },
      body,
    };
  }

  #nextStatus({ resolvedMs: _resolvedMs, ...issue }: BenchIssue): BenchIssue {
    const status = ({ todo: "doing", doing: "done", done: "todo" } as const)[issue.status];
    return { ...issue, status, ...(status === "done" && { resolvedMs: this.#atMs + 1 }) };
  }

  #tick(): number {
    this.#atMs += 1;
    return this.#atMs;
  }

  #any(group: Group): number {
    return Math.floor(this.#random() * this.#issues[group].length);
  }

  #shuffled(mix: readonly EventKind[]): readonly EventKind[] {
    return mix
      .map((kind) => ({ kind, at: this.#random() }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ kind }) => kind);
  }
}

function edited(issue: BenchIssue): BenchIssue {
  return { ...issue, edits: issue.edits + 1 };
}

function nextAssignee(issue: BenchIssue): BenchIssue {
  return { ...issue, assignee: (issue.assignee + 1) % plan.people };
}

function otherType(issue: BenchIssue): BenchIssue {
  return { ...issue, level: issue.level === "story" ? "task" : "story" };
}

/** What the changelog says changed, or the comment that was made. */
function changelogOf(kind: EventKind, issue: BenchIssue) {
  if (kind === "created" || kind === "removed") return {};
  if (kind === "comment" || kind === "comment-event") {
    return { comment: { id: "10200", body: "What somebody thinks about it. ".repeat(12) } };
  }
  const { field, to } = {
    edit: { field: "description", to: "" },
    status: { field: "status", to: issue.status },
    assignee: { field: "assignee", to: String(issue.assignee) },
    type: { field: "issuetype", to: issue.level },
    relink: { field: "IssueParentAssociation", to: issue.parent ? String(issue.parent.id) : null },
    block: { field: "Link", to: issue.blocker === undefined ? null : keyOf({ id: issue.blocker }) },
  }[kind];
  const items = [{ field, fieldtype: "jira", from: null, to }];
  return { changelog: { id: String(issue.updatedMs), items } };
}
