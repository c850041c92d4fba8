import { eachOf } from "#shared/each-of.ts";
import type { ToldOpening } from "#shared/kit/demotion.ts";
import { decideDemotion, demotionDays } from "#shared/kit/demotion.ts";
import type { Demotion } from "#shared/kit/demotion.ts";
import { defaultChannel } from "#shared/kit/routing/route-alert.ts";
import type { AlertId, RuleName } from "#shared/model/ids.ts";
import type { Dispatch, DispatchId } from "#shared/model/notification.ts";
import type { RuleSettings } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";
import { dayMs, epochMsOf, instantOf } from "#shared/model/time.ts";
import { dispatchLog } from "#shared/store/alerting-keys.ts";
import { createDocument, readDocument, replaceDocument } from "#shared/store/documents.ts";
import { lists } from "#shared/store/keys.ts";
import { queryEach } from "#shared/store/list.ts";
import { SetAside } from "#shared/store/set-aside.ts";
import { dispatchSpec, ruleSettingsSpec } from "#shared/store/specs.ts";

import { sendReport } from "./report-dispatch.ts";
import type { Round } from "./round.ts";

interface Opening {
  readonly alertId: AlertId;
  readonly generation: number;
  readonly toldAt: Instant;
}

/** A rule whose alerts hardly anybody acts on goes to digests by itself, and its owner is told. */
export async function demoteRules(round: Round): Promise<void> {
  const openings = await openingsOf(round);
  const alerts = await round.alerts(openings.map(({ alertId }) => alertId));
  const told = openings.flatMap(({ alertId, ...one }) => {
    const alert = alerts.get(alertId);
    return alert ? [{ ...one, alert }] : [];
  });
  const byRule = [...Map.groupBy(told, ({ alert }) => alert.rule)];
  await eachOf(
    byRule.map(
      ([rule, ofRule]) =>
        () =>
          consider(round, rule, ofRule),
    ),
  );
}

/** What people were told of by messages of four weeks, each opening when it was first told. */
async function openingsOf(round: Round): Promise<readonly Opening[]> {
  const since = instantOf(epochMsOf(round.now) - demotionDays * dayMs);
  const logs = new Set([dispatchLog(since), dispatchLog(round.now), lists.dueDispatches]);
  const first = new Map<string, Opening>();
  const setAside = new SetAside();
  for (const partition of logs) {
    await queryEach(round.deps.table, { index: "list", partition }, (item) => {
      const dispatch = setAside.read(item, (one) => readDocument(dispatchSpec, one));
      if (!dispatch || dispatch.createdAt < since || !wasShown(dispatch)) return;
      for (const { alertId, generation, reason } of dispatch.alerts) {
        if (reason !== "opened" && reason !== "escalated") continue;
        const key = `${alertId}#${generation}`;
        const before = first.get(key);
        if (before && before.toldAt <= dispatch.createdAt) continue;
        first.set(key, { alertId, generation, toldAt: dispatch.createdAt });
      }
    });
  }
  return [...first.values()];
}

function wasShown({ kind, outcome }: Dispatch): boolean {
  return (kind === "alert" || kind === "group") && (outcome === "sent" || outcome === "uncertain");
}

async function consider(
  round: Round,
  rule: RuleName,
  openings: readonly ToldOpening[],
): Promise<void> {
  const { settings, delivery } = await round.rule(rule);
  const known = round.deps.rules.find(({ name }) => name === rule);
  if (!known || delivery === "digest" || isFresh(round, settings)) return;
  const graceMinutes = settings?.graceMinutes ?? known.defaults.graceMinutes;
  const demotion = decideDemotion(openings, { graceMinutes, now: round.now });
  if (!demotion) return;
  const now = round.now;
  const next = { delivery: "digest" as const, demotedAt: now, updatedAt: now };
  const isStored = settings
    ? (await replaceDocument(round.deps.table, ruleSettingsSpec, settings, {
        ...settings,
        ...next,
      })) !== undefined
    : await createDocument(round.deps.table, ruleSettingsSpec, {
        type: "rule-settings",
        rule,
        isEnabled: known.defaults.isEnabled ?? true,
        options: {},
        graceMinutes,
        ...next,
        revision: 0,
      });
  if (!isStored) return;
  round.deps.logger.info("notify.demoted", { rule, ...demotion });
  await tellOwner(round, { rule, title: known.title, settings, demotion });
}

/** An admin who brought a demoted rule back is not contradicted for four weeks. */
function isFresh(round: Round, settings: RuleSettings | undefined): boolean {
  if (settings?.demotedAt === undefined) return false;
  const sinceMs = round.deps.clock.nowMs() - epochMsOf(settings.demotedAt);
  return sinceMs < demotionDays * dayMs;
}

interface Demoted {
  readonly rule: RuleName;
  readonly title: string;
  readonly settings: RuleSettings | undefined;
  readonly demotion: Demotion;
}

async function tellOwner(
  round: Round,
  { rule, title, settings, demotion: { told, acted } }: Demoted,
): Promise<void> {
  const { routing, channels } = await round.policy();
  const wanted = settings?.ownerChannelId ?? defaultChannel(routing, channels)?.id;
  const channel =
    channels.find(({ id }) => id === wanted) ??
    channels.find(({ id }) => id === defaultChannel(routing, channels)?.id);
  if (!channel) return;
  await sendReport(round, channel, {
    id: `dispatch:demoted:${rule}:${round.now}` as DispatchId,
    kind: "notice",
    because: "Channel of the rule's owner",
    report: {
      title: `“${title}” goes to digests from now on`,
      sentence: `In four weeks people were told of ${told} of its alerts, and acted on ${acted}. Narrow it, or set it back to messages on the page of rules.`,
      sections: [],
    },
  });
}
