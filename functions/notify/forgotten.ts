import { isContested } from "#shared/kit/routing/still-true.ts";
import type { Rung } from "#shared/model/notification.ts";
import type { Alert, AlertStatus } from "#shared/model/signal.ts";
import { epochMsOf, minuteMs } from "#shared/model/time.ts";
import { rungKey } from "#shared/store/alerting-keys.ts";
import { createDocument, readDocument, replaceDocument } from "#shared/store/documents.ts";
import { alertList } from "#shared/store/keys.ts";
import { queryAll } from "#shared/store/list.ts";
import { SetAside } from "#shared/store/set-aside.ts";
import { alertSpec, rungSpec } from "#shared/store/specs.ts";

import { isTellable, notificationsOf, untilRouted } from "./climb.ts";
import { alignLadder, firstRung } from "./hear.ts";
import type { Round } from "./round.ts";

/** Its event has had all its repeats by then. */
const eventMs = 10 * minuteMs;
/** So that the rest of a tick has its time; what is left is for the next hour. */
const workMsMax = 8_000;
const atOnce = 25;

/**
 * The net below the events: an open alert whose ladder never began, or has rested since it last was taken
 * care of, is taken up. An event that is lost for good must not leave an alert untold.
 */
export async function alignForgotten(round: Round): Promise<void> {
  const nowMs = round.deps.clock.nowMs();
  const all = (await alertsOf(round, "open")).filter(
    ({ updatedAt }) => nowMs - epochMsOf(updatedAt) >= eventMs,
  );
  const untilMs = nowMs + workMsMax;
  await alignContested(round, all.filter(isContested), untilMs);
  const open = all.filter(isTellable);
  const items = await round.deps.table.batchGet(
    open.map(({ id, generation }) => rungKey({ alertId: id, generation })),
  );
  const setAside = new SetAside();
  const rungs = new Map(
    items.flatMap((item) => {
      const rung = setAside.read(item, (one) => readDocument(rungSpec, one));
      return rung ? [[`${rung.alertId}#${rung.generation}`, rung] as const] : [];
    }),
  );
  const { routing } = await round.policy();
  const rungOf = ({ id, generation }: Alert) => rungs.get(`${id}#${generation}`);
  const [known, missing] = [open.filter(rungOf), open.filter((alert) => !rungOf(alert))];
  await begin(round, missing);
  const unrouted = routing ? known.flatMap((alert) => restingUntilRouted(rungOf(alert))) : [];
  await inBatches(unrouted, (rung) => beginAnew(round, rung));
  for (const alert of known) {
    if (round.deps.clock.nowMs() > untilMs) break;
    if ((alert.wokenAt ?? "") > (rungOf(alert)?.wokenAt ?? "")) await align(round, alert);
  }
}

function restingUntilRouted(rung: Rung | undefined): readonly Rung[] {
  return rung?.endedBecause === untilRouted ? [rung] : [];
}

async function inBatches<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  for (let at = 0; at < all.length; at += atOnce) {
    await Promise.all(all.slice(at, at + atOnce).map(work));
  }
}

async function align(round: Round, { id }: Alert): Promise<void> {
  round.deps.logger.warn("notify.forgotten", { alertId: id });
  await alignLadder(round, id);
}

/** Their ladders are but begun here, since they may be thousands: the clock climbs what is due. */
async function begin(round: Round, all: readonly Alert[]): Promise<void> {
  await inBatches(all, async (alert) => {
    round.deps.logger.warn("notify.forgotten", { alertId: alert.id });
    await createDocument(round.deps.table, rungSpec, firstRung(round, alert));
  });
}

/** Somebody has said meanwhile who hears of what. Who was told before is not told again. */
async function beginAnew(round: Round, rung: Rung): Promise<void> {
  const { endedBecause: _ended, ...rest } = rung;
  const next = { ...rest, rung: 0, dueAt: round.now, updatedAt: round.now };
  await replaceDocument(round.deps.table, rungSpec, rung, next);
}

/** A contest that its rule's owner has not heard of. */
async function alignContested(round: Round, all: readonly Alert[], untilMs: number): Promise<void> {
  for (const alert of all) {
    if (round.deps.clock.nowMs() > untilMs) return;
    const isTold = (await notificationsOf(round, alert.id)).some(
      ({ reason, occasionAt }) => reason === "contested" && occasionAt === alert.contest?.at,
    );
    if (!isTold) await align(round, alert);
  }
}

export async function alertsOf(round: Round, status: AlertStatus): Promise<readonly Alert[]> {
  const partition = alertList(status);
  const items = await queryAll(round.deps.table, { index: "list", partition });
  const setAside = new SetAside();
  return items.flatMap((item) => setAside.read(item, (one) => readDocument(alertSpec, one)) ?? []);
}
