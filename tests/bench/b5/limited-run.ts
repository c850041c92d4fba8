import type { SQSEvent, SQSRecord } from "aws-lambda";

import { startJiraSimulator } from "#connectors/jira/simulator/server.ts";
import type { JiraSimulator } from "#connectors/jira/simulator/server.ts";
import { DeliveryTally } from "#functions/ingest/delivery-tally.ts";
import { createHandler as createIngest } from "#functions/ingest/handler.ts";
import { createHandler as createPull } from "#functions/pull/handler.ts";
import { createHandler as createSweep } from "#functions/sweep/handler.ts";
import type { InboxMessage } from "#shared/model/delivery.ts";
import { dayMs, hourMs, instantOf, minuteMs } from "#shared/model/time.ts";
import { rules } from "#shared/rules/index.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

import { bulkSeed, consentTo } from "../backfill/bulk-site.ts";
import { createForgetfulTable } from "../backfill/forgetful-table.ts";
import { pullIssuesMessage, ReadingHub } from "../backfill/reading-hub.ts";
import { readConnection } from "../backfill/sources.ts";
import { VirtualQueue } from "./virtual-queue.ts";

/** What Atlassian gives an app an hour and site (rate-limiting, 2026-10). */
export const pointsPerHour = 65_000;
/** Each request takes 160 ms, eight at a time: with each, the clock goes on by an eighth of it. */
const latencyMs = 160;
const atOnce = 8;
const startMs = Date.UTC(2026, 10, 21, 8);

export interface LimitedRun {
  readonly issues: number;
  /** Link events a minute, each of which makes `ingest` read two issues. */
  readonly linkEventsPerMinute: number;
}

export interface LimitedOutcome {
  /** Of the site's own count. */
  readonly points: number;
  readonly requests: number;
  readonly throttled: number;
  readonly recordsRead: number;
  /** Whole hours before the one in which the last page came, and the share of that one's points that was used. */
  readonly hoursOfPoints: number;
  /** On the clock, from the first request to the last page. */
  readonly elapsedHours: number;
  readonly linkEventsRead: number;
  /** From the event until its issues were read, in minutes. */
  readonly linkWaitMinutes: readonly number[];
}

/**
 * A backfill under the points model through the real functions, on a clock that stands still while they
 * work, but for their requests, and jumps while they wait: `pull` and `ingest` side by side, `sweep`
 * every minute, delayed messages when they are due, one budget in one table.
 */
export async function runLimited(run: LimitedRun): Promise<LimitedOutcome> {
  const clock = new ManualClock(instantOf(startMs));
  const jira = await startJiraSimulator({
    seed: bulkSeed(run.issues, startMs - dayMs),
    clock,
    points: { perHour: pointsPerHour, onlyOAuth: true },
    latencyMs,
    latencyClock: {
      nowMs: () => clock.nowMs(),
      now: () => clock.now(),
      sleep: async (ms) => clock.advance(ms / atOnce),
    },
  });
  try {
    const hub = new ReadingHub(createForgetfulTable(), clock);
    await hub.connectByConsent(
      { url: jira.url, cloudId: jira.state.cloudId },
      await consentTo(jira, clock.nowMs()),
    );
    jira.resetStatistics();
    return await drive(run, { clock, jira, hub });
  } finally {
    await jira.close();
  }
}

interface World {
  readonly clock: ManualClock;
  readonly jira: JiraSimulator;
  readonly hub: ReadingHub;
}

async function drive(run: LimitedRun, world: World): Promise<LimitedOutcome> {
  const { clock, jira, hub } = world;
  const queues = { pulls: new VirtualQueue(clock), inbox: new VirtualQueue(clock) };
  const deps = { ...hub.deps, pulls: queues.pulls };
  const pull = createPull(deps);
  const sweep = createSweep({ ...deps, rules });
  const links = new LinkEvents(world, queues.inbox, run.issues);
  const ingest = createIngest({
    ...deps,
    inbox: queues.inbox,
    tally: new DeliveryTally(deps.table, clock),
  });
  await queues.pulls.send(JSON.stringify(pullIssuesMessage));
  let pointsBefore = 0;
  let hour = 0;
  for (let minute = 0; ; minute += 1) {
    clock.advance(Math.max(0, startMs + minute * minuteMs - clock.nowMs()));
    const hourNow = Math.floor((clock.nowMs() - startMs) / hourMs);
    if (hourNow > hour) [hour, pointsBefore] = [hourNow, jira.statistics().points];
    await sweep();
    for (let count = 0; count < run.linkEventsPerMinute; count += 1) await links.send();
    for (;;) {
      const due = { pulls: queues.pulls.takeDue(), inbox: queues.inbox.takeDue() };
      if (due.pulls.length + due.inbox.length === 0) {
        const nextMs = Math.min(queues.pulls.nextDueMs(), queues.inbox.nextDueMs());
        if (nextMs > startMs + (minute + 1) * minuteMs) break;
        clock.advance(Math.max(1, nextMs - clock.nowMs()));
        continue;
      }
      await Promise.all([
        ...due.pulls.map((body) => pull(eventOf([body]))),
        ...batchesOf(due.inbox).map((bodies) => ingest(eventOf(bodies))),
      ]);
      links.note(due.inbox);
    }
    const { state, mode, recordsRead, completedAt } = await hub.cursor();
    if (state !== "idle" || mode !== "poll" || completedAt === undefined) continue;
    const { points, requests, throttled } = jira.statistics();
    return {
      points,
      requests,
      throttled,
      recordsRead,
      hoursOfPoints: hour + (points - pointsBefore) / pointsPerHour,
      elapsedHours: (Date.parse(completedAt) - startMs) / hourMs,
      linkEventsRead: links.waitMinutes.length,
      linkWaitMinutes: links.waitMinutes,
    };
  }
}

/** Verified deliveries of two linked issues, as `receive` puts them into the inbox. */
class LinkEvents {
  readonly waitMinutes: number[] = [];
  readonly #world: World;
  readonly #inbox: VirtualQueue;
  readonly #issues: number;
  #sent = 0;
  /** What the queue holds again after a batch was put back by it. */
  readonly #open = new Map<string, number>();

  constructor(world: World, inbox: VirtualQueue, issues: number) {
    this.#world = world;
    this.#inbox = inbox;
    this.#issues = issues;
  }

  async send(): Promise<void> {
    const { clock, jira } = this.#world;
    const bulk = jira.state.store.bulk;
    const idAt = (index: number) => Number(bulk?.idOf(index % this.#issues));
    this.#sent += 1;
    const deliveryId = `link-${this.#sent}`;
    const issueLink = {
      id: this.#sent,
      sourceIssueId: idAt(this.#sent * 7),
      destinationIssueId: idAt(this.#sent * 7 + 3),
    };
    const body = { webhookEvent: "issuelink_created", timestamp: clock.nowMs(), issueLink };
    const message: InboxMessage = {
      connector: "jira",
      connectionId: readConnection,
      deliveryId,
      receivedAt: clock.now(),
      attempt: 0,
      headers: {},
      query: {},
      body: { text: JSON.stringify(body) },
    };
    this.#open.set(deliveryId, clock.nowMs());
    await this.#inbox.send(JSON.stringify(message));
  }

  /** Of these messages, those that were not put back are done. */
  note(bodies: readonly string[]): void {
    const waiting = new Set(this.#inbox.waiting().map(deliveryIdOf));
    for (const id of bodies.map(deliveryIdOf)) {
      const sentMs = this.#open.get(id);
      if (sentMs === undefined || waiting.has(id)) continue;
      this.#open.delete(id);
      this.waitMinutes.push((this.#world.clock.nowMs() - sentMs) / minuteMs);
    }
  }
}

function deliveryIdOf(body: string): string {
  return (JSON.parse(body) as InboxMessage).deliveryId;
}

/** The queue hands over ten at a time. */
function batchesOf(bodies: readonly string[]): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(bodies.length / 10) }, (_, at) =>
    bodies.slice(at * 10, at * 10 + 10),
  );
}

function eventOf(bodies: readonly string[]): SQSEvent {
  const records = bodies.map((body, at): Partial<SQSRecord> => ({ messageId: `m-${at}`, body }));
  return { Records: records as SQSRecord[] };
}
