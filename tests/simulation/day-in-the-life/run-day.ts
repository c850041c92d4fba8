import type { Change } from "#shared/model/change.ts";
import type { Dispatch } from "#shared/model/notification.ts";
import type { Alert, Signal } from "#shared/model/signal.ts";
import { standingStatuses } from "#shared/model/signal.ts";
import { dayMs, instantOf, minuteMs } from "#shared/model/time.ts";
import type { Item, Table } from "#shared/ports/table.ts";
import { listDocuments, readDocument } from "#shared/store/documents.ts";
import { readFactItem } from "#shared/store/facts.ts";
import { alertList, lists } from "#shared/store/keys.ts";
import { scanAll } from "#shared/store/list.ts";
import { alertSpec, dispatchSpec, signalSpec } from "#shared/store/specs.ts";
import type { ToldOf } from "#shared/store/told.ts";
import { readTold } from "#shared/store/told.ts";
import { seededRandom } from "#shared/testing/simulator/seeded-random.ts";

import { graphContent } from "../convergence/graph-content.ts";
import { Crashes } from "./crashes.ts";
import { DayHub } from "./day-hub.ts";
import type { RecordedDay } from "./work-day.ts";
import { dayStartMs } from "./work-day.ts";

/** What was recorded on one day is played on the next. */
const playedMs = dayStartMs + dayMs;
const tickMs = 4 * minuteMs;
const deliveriesPerCrash = 500;
const ticks = 135;
/** Long enough for every repeat of every delivery, and for the longest grace of a rule. */
const eveningMs = 3 * 60 * minuteMs;
const eveningTickMs = 10 * minuteMs;

/** How a day ended. */
export interface Ended {
  readonly graph: readonly string[];
  readonly signals: readonly string[];
  readonly alerts: readonly string[];
  readonly drift: number;
  /** Messages of one transition to one channel that were shown more than once. */
  readonly toldTwice: readonly string[];
  /** Standing alerts worth a message of which nobody was told, and nobody was told that it is uncertain. */
  readonly untold: readonly string[];
  readonly dead: number;
  /** Records that the last full reading had to mend. */
  readonly mended: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  readonly crashes: ReadonlyMap<string, number>;
}

interface Play {
  /** Deliveries in the order of their arrival. */
  readonly deliveries: readonly Change[];
  readonly hasCrashes: boolean;
  readonly seed: number;
}

/** Plays a recorded day to a hub, reads everything once more in the evening, and looks. */
export async function play(day: RecordedDay, given: Play): Promise<Ended> {
  const crashes = new Crashes(seededRandom(given.seed));
  const hub = new DayHub(playedMs - 60 * minuteMs, crashes);
  await hub.begin(day.before);
  const { deliveries } = given;
  const perTick = Math.ceil(deliveries.length / ticks);
  for (let tick = 0; tick * perTick < deliveries.length; tick += 1) {
    for (let at = tick * perTick; at < Math.min(deliveries.length, (tick + 1) * perTick); at += 1) {
      const change = deliveries[at];
      if (change) hub.deliver(change);
      if (given.hasCrashes && (at + 1) % deliveriesPerCrash === 0) crashes.arm();
    }
    await hub.advanceTo(playedMs + tick * tickMs);
  }
  await quieten(hub);
  const before = await hashes(hub.table);
  for (const change of day.after) hub.deliver(readAgain(change, hub.clock.nowMs()));
  await quieten(hub);
  const after = await hashes(hub.table);
  const mended = [...after].flatMap(([id, hash]) => (before.get(id) === hash ? [] : [id]));
  return look(hub, { mended, crashes });
}

/**
 * The evening: an operator puts back what died too often, what waits for another attempt has it, and what
 * is in its grace opens.
 */
async function quieten(hub: DayHub): Promise<void> {
  for (const mailbox of [hub.inbox, hub.targets.alert, hub.targets.notify]) mailbox.redrive();
  const endMs = hub.clock.nowMs() + eveningMs;
  for (let nowMs = hub.clock.nowMs(); nowMs < endMs; nowMs += eveningTickMs)
    await hub.advanceTo(nowMs);
  if (hub.isWaiting) throw new Error("Something is still waiting in the evening");
}

/** The state of a record as a reconcile reads it now. */
function readAgain(change: Change, nowMs: number): Change {
  const readAt = instantOf(nowMs);
  return change.kind === "upserted"
    ? { ...change, record: { ...change.record, readAt } }
    : { ...change, readAt };
}

async function look(
  hub: DayHub,
  { mended, crashes }: { mended: readonly string[]; crashes: Crashes },
): Promise<Ended> {
  const { table, wall, inbox, targets, logger } = hub;
  const drift = await hub.drift();
  const signals = await listDocuments(table, signalSpec, lists.openSignals);
  const alerts = await standingAlerts(table);
  const keys = wall.shown.map(({ idempotencyKey }) => idempotencyKey);
  const told = await Promise.all(alerts.map(({ id }) => readTold(table, id)));
  const dispatches = await allDispatches(table);
  const outcomes = Map.groupBy(dispatches, ({ outcome }) => outcome);
  return {
    graph: await graphContent(table),
    signals: signals.map(lineOfSignal).toSorted(),
    alerts: alerts.map(lineOfAlert).toSorted(),
    drift,
    toldTwice: [
      ...keys.filter((key, at) => keys.indexOf(key) !== at),
      ...inTwoMessages(dispatches),
    ],
    untold: alerts.flatMap((alert, at) => (isUntold(alert, told[at] ?? []) ? [alert.id] : [])),
    dead: inbox.dead.length + targets.alert.dead.length + targets.notify.dead.length,
    mended,
    crashes: crashes.met,
    counts: {
      messages: keys.length,
      uncertain: outcomes.get("uncertain")?.length ?? 0,
      repeatedBatches: hub.repeats,
      redriven: inbox.redriven + targets.alert.redriven + targets.notify.redriven,
      signalsOpened: logger.of("signal.opened"),
      signalsCleared: logger.of("signal.cleared"),
      waitingCrashes: crashes.waiting,
    },
  };
}

/** What each record says, or that it is gone. */
async function hashes(table: Table): Promise<ReadonlyMap<string, string>> {
  const facts = (await scanAll(table)).filter((item) => readFactItem(item) !== undefined);
  return new Map(facts.map((item) => [item.pk, JSON.stringify(item["hash"])]));
}

async function standingAlerts(table: Table): Promise<readonly Alert[]> {
  const found = standingStatuses.map((status) =>
    listDocuments(table, alertSpec, alertList(status)),
  );
  return (await Promise.all(found)).flat();
}

async function allDispatches(table: Table): Promise<readonly Dispatch[]> {
  const items = (await scanAll(table)).filter((item: Item) => item["type"] === "dispatch");
  return items.map((item) => readDocument(dispatchSpec, item));
}

/** Transitions that are part of two messages: there is one channel. */
function inTwoMessages(dispatches: readonly Dispatch[]): readonly string[] {
  const keys = dispatches.flatMap(({ alerts }) =>
    alerts.map(({ alertId, generation, reason }) => `${alertId}#${generation}#${reason}`),
  );
  const seen = new Set<string>();
  return keys.filter((key) => seen.size === seen.add(key).size);
}

function isUntold(alert: Alert, told: readonly ToldOf[]): boolean {
  if (alert.severity === "info" || alert.status === "pending") return false;
  return !told.some(
    ({ notification: { generation, reason, mode, state }, dispatch }) =>
      generation === alert.generation &&
      reason === "opened" &&
      (dispatch === undefined
        ? state === "waiting" && mode === "digest"
        : dispatch.outcome === "sent" || dispatch.outcome === "uncertain"),
  );
}

function lineOfSignal({ rule, subjectId, ...signal }: Signal): string {
  const { severity, title, evidence, teamIds, connectionIds, leaderId } = signal;
  const facts = Object.entries(evidence.facts).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const { sentence, path } = evidence;
  const said = { severity, title, sentence, path, facts, teamIds, connectionIds, leaderId };
  return JSON.stringify({ rule, subjectId, ...said });
}

function lineOfAlert({ rule, subjectId, status, severity, evidence, teamIds, leaderId }: Alert) {
  return JSON.stringify({
    rule,
    subjectId,
    status,
    severity,
    sentence: evidence.sentence,
    teamIds,
    leaderId,
  });
}

/** Each of the day's changes twice, in any order. */
export function shuffledTwice(day: RecordedDay, seed: number): readonly Change[] {
  const random = seededRandom(seed);
  const deliveries = [...day.log, ...day.log].map(({ change }) => change);
  for (let at = deliveries.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    const [a, b] = [deliveries[at], deliveries[other]];
    if (a && b) [deliveries[at], deliveries[other]] = [b, a];
  }
  return deliveries;
}
