import { eachOf } from "#shared/each-of.ts";
import { isContested } from "#shared/kit/routing/still-true.ts";
import type { AlertId } from "#shared/model/ids.ts";
import type { Rung } from "#shared/model/notification.ts";
import type { Alert, AlertStatus } from "#shared/model/signal.ts";
import { epochMsOf, minuteMs } from "#shared/model/time.ts";
import type { Item } from "#shared/ports/table.ts";
import { rungKey } from "#shared/store/alerting-keys.ts";
import { createDocument, readDocument, replaceDocument } from "#shared/store/documents.ts";
import { alertList, lists } from "#shared/store/keys.ts";
import { queryAll } from "#shared/store/list.ts";
import { SetAside } from "#shared/store/set-aside.ts";
import { alertSpec, rungSpec } from "#shared/store/specs.ts";

import { arePeopleCutOff, isOfOthers, isReachable, isTellable } from "./climb.ts";
import { untilPeopleReachable, untilReachable, untilRouted } from "./climb.ts";
import { alignLadder, firstRung, overtaken, resumptionOf } from "./hear.ts";
import { notificationsOf } from "./notifications-of.ts";
import { restLadder, untilWorthy, wordsOf } from "./rest-ladder.ts";
import type { Round } from "./round.ts";

/** Its event has had all its repeats by then. */
const eventMs = 10 * minuteMs;
/** So that the rest of a tick has its time; what is left is for the next hour. */
const workMsMax = 8_000;
const atOnce = 25;

/**
 * The net below the events: an open alert whose ladder never began, or has rested since it last was taken
 * care of, is taken up; and where a ladder knows another end than its alert, what was shown says how that
 * stands. An event that is lost for good must leave no alert untold, and no message as if it still stood.
 * It costs by what stands, in two lists of what has a ladder and one of open alerts; what is over is in none.
 */
export async function alignForgotten(round: Round): Promise<void> {
  const untilMs = round.deps.clock.nowMs() + workMsMax;
  const standing = await alertsOf(round, "open");
  const all = standing.filter((alert) => isHeardBy(round, alert));
  await eachOf([
    () => alignContested(round, all.filter(isContested), untilMs),
    () => alignOpen(round, all.filter(isTellable), untilMs),
    () => restForgotten(round, standing.filter(isTellable), untilMs),
  ]);
}

/** Whether the events of how it stands have had their time. */
function isHeardBy({ deps }: Round, { updatedAt }: Alert): boolean {
  return deps.clock.nowMs() - epochMsOf(updatedAt) >= eventMs;
}

async function alignOpen(round: Round, open: readonly Alert[], untilMs: number): Promise<void> {
  const items = await round.deps.table.batchGet(
    open.map(({ id, generation }) => rungKey({ alertId: id, generation })),
  );
  const rungs = new Map(read(items).map((rung) => [openingOf(rung.alertId, rung), rung]));
  const rungOf = (alert: Alert) => rungs.get(openingOf(alert.id, alert));
  const [known, missing] = [open.filter(rungOf), open.filter((alert) => !rungOf(alert))];
  const woken = known.filter((one) => (resumptionOf(one) ?? "") > (rungOf(one)?.wokenAt ?? ""));
  await eachOf([
    () => begin(round, missing),
    () => inBatches(round, known, (alert) => climbAnew(round, alert, rungOf(alert)), untilMs),
    ...woken.map((alert) => async () => {
      if (round.deps.clock.nowMs() <= untilMs) await align(round, alert);
    }),
  ]);
}

function openingOf(alertId: AlertId, { generation }: Pick<Alert | Rung, "generation">): string {
  return `${alertId}#${generation}`;
}

function read(items: readonly Item[]): readonly Rung[] {
  const setAside = new SetAside();
  return items.flatMap((item) => setAside.read(item, (one) => readDocument(rungSpec, one)) ?? []);
}

/** Ladders that know another end than their alert. What was shown is shown anew by the clock, as it is due. */
async function restForgotten(round: Round, open: readonly Alert[], untilMs: number): Promise<void> {
  const known = new Set(open.map((alert) => openingOf(alert.id, alert)));
  const listed = await Promise.all(
    [lists.dueRungs, lists.restingRungs].map((partition) =>
      queryAll(round.deps.table, { index: "list", partition }),
    ),
  );
  const others = read(listed.flat()).filter((rung) => !known.has(openingOf(rung.alertId, rung)));
  const alerts = await round.alerts(others.map(({ alertId }) => alertId));
  const forgotten = others.flatMap((rung) => {
    const alert = alerts.get(rung.alertId);
    const isOne = alert && isHeardBy(round, alert) && isForgotten(alert, rung);
    return isOne ? [{ alert, rung }] : [];
  });
  await inBatches(
    round,
    forgotten,
    async ({ alert, rung }) => {
      round.deps.logger.warn("notify.forgotten", { alertId: alert.id });
      const { generation } = rung;
      await restLadder(round, alert, await notificationsOf(round, alert.id), { generation, rung });
    },
    untilMs,
  );
}

function isForgotten(alert: Alert, rung: Rung): boolean {
  const isOpen = alert.generation === rung.generation && isTellable(alert);
  return !isOpen && rung.endedBecause !== wordsOf(alert, rung);
}

async function inBatches<T>(
  { deps }: Round,
  all: readonly T[],
  work: (one: T) => Promise<void>,
  untilMs = Infinity,
): Promise<void> {
  const batches = Array.from({ length: Math.ceil(all.length / atOnce) }, (_, at) =>
    all.slice(at * atOnce, (at + 1) * atOnce),
  );
  await eachOf(
    batches.map((batch) => async () => {
      if (deps.clock.nowMs() > untilMs) return;
      const ended = await Promise.allSettled(batch.map(work));
      const failed = ended.find(({ status }) => status === "rejected");
      if (failed?.status === "rejected") throw failed.reason;
    }),
  );
}

async function align(round: Round, { id }: Alert): Promise<void> {
  round.deps.logger.warn("notify.forgotten", { alertId: id });
  await alignLadder(round, id);
}

/** Their ladders are but begun here, since they may be thousands: the clock climbs what is due. */
async function begin(round: Round, all: readonly Alert[]): Promise<void> {
  await inBatches(round, all, async (alert) => {
    round.deps.logger.warn("notify.forgotten", { alertId: alert.id });
    await overtaken(round, alert);
    await createDocument(round.deps.table, rungSpec, firstRung(round, alert));
  });
}

/**
 * Somebody has said meanwhile who hears of what, somebody can be told who could not be, it is worth a message
 * again, or another team's by now. Who was told before is not told again.
 */
async function climbAnew(round: Round, alert: Alert, rung: Rung | undefined): Promise<void> {
  if (!rung || !(isOfOthers(alert, rung) || (await mayGoOn(round, alert, rung)))) return;
  const { endedBecause: _ended, ...rest } = rung;
  const isThere = rung.endedBecause === untilPeopleReachable && !isOfOthers(alert, rung);
  const from = isThere ? rung.rung : 0;
  const next = { ...rest, rung: from, dueAt: round.now, updatedAt: round.now };
  await replaceDocument(round.deps.table, rungSpec, rung, next);
}

async function mayGoOn(round: Round, alert: Alert, rung: Rung): Promise<boolean> {
  if (rung.endedBecause === untilWorthy) return true;
  if (rung.endedBecause === untilPeopleReachable) return !(await arePeopleCutOff(round));
  const { routing } = await round.policy();
  if (rung.endedBecause === untilReachable) return isReachable(round, alert, rung);
  return rung.endedBecause === untilRouted && routing !== undefined;
}

/** A contest that its rule's owner has not heard of. */
async function alignContested(round: Round, all: readonly Alert[], untilMs: number): Promise<void> {
  await eachOf(
    all.map((alert) => async () => {
      if (round.deps.clock.nowMs() > untilMs) return;
      const isTold = (await notificationsOf(round, alert.id)).some(
        ({ reason, occasionAt }) => reason === "contested" && occasionAt === alert.contest?.at,
      );
      if (!isTold) await align(round, alert);
    }),
  );
}

export async function alertsOf(round: Round, status: AlertStatus): Promise<readonly Alert[]> {
  const partition = alertList(status);
  const items = await queryAll(round.deps.table, { index: "list", partition });
  const setAside = new SetAside();
  return items.flatMap((item) => setAside.read(item, (one) => readDocument(alertSpec, one)) ?? []);
}
