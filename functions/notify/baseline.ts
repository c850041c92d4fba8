import type { BaselineFinding } from "#shared/kit/reports/compose-baseline.ts";
import { composeBaseline } from "#shared/kit/reports/compose-baseline.ts";
import { reportedOf } from "#shared/kit/reports/reported-of.ts";
import type { BaselineWindow } from "#shared/kit/routing/baseline-windows.ts";
import { baselineWindows } from "#shared/kit/routing/baseline-windows.ts";
import { defaultChannel } from "#shared/kit/routing/route-alert.ts";
import type { BaselineLook, DispatchId } from "#shared/model/notification.ts";
import { epochMsOf, hourMs } from "#shared/model/time.ts";
import { baselineLookKey, dispatchKey, routingKey } from "#shared/store/alerting-keys.ts";
import { glanceAtConnections } from "#shared/store/connections.ts";
import { createDocument, getDocument, replaceDocument } from "#shared/store/documents.ts";
import { baselineLookSpec, routingSpec } from "#shared/store/specs.ts";

import { alertsOf } from "./forgotten.ts";
import { sendReport } from "./report-dispatch.ts";
import type { Round } from "./round.ts";

/** A hub that was down for longer than this when a first reading ended has its digests all the same. */
const lateMsMax = 6 * hourMs;
/** Where nothing was found, what comes late is looked for so often: it takes reading all alerts. */
const betweenLooksMs = hourMs;

/** One report for what each first reading found, when its time for findings is over. */
export async function reportBaselines(round: Round): Promise<void> {
  if (!(await mayBeDue(round))) return;
  const { windows } = await round.policy();
  for (const window of windows) if (isDue(round, window)) await reportOne(round, window);
}

/** Hardly ever one is, and that is seen at less cost than all that routing goes by. */
async function mayBeDue(round: Round): Promise<boolean> {
  const { table, registry } = round.deps;
  const routing = await getDocument(table, routingSpec, routingKey);
  if (!routing || routing.baselineMinutes === 0) return false;
  const sources = (await glanceAtConnections(table)).filter(registry.isSource);
  const windows = baselineWindows(sources, routing.baselineMinutes);
  return windows.some((window) => isDue(round, window));
}

function isDue({ deps }: Round, { endsAt }: BaselineWindow): boolean {
  const sinceMs = deps.clock.nowMs() - epochMsOf(endsAt);
  return sinceMs >= 0 && sinceMs < lateMsMax;
}

async function reportOne(round: Round, window: BaselineWindow): Promise<void> {
  const { routing, channels, connections } = await round.policy();
  const found = defaultChannel(routing, channels);
  const channel = channels.find(({ id }) => id === found?.id);
  const [firstId] = window.connectionIds;
  if (!channel || firstId === undefined) return;
  const id = `dispatch:baseline:${firstId}` as DispatchId;
  if (await round.deps.table.get(dispatchKey(id))) return;
  const look = await getDocument(round.deps.table, baselineLookSpec, baselineLookKey(id));
  if (look && hasJustLooked(round, window, look)) return;
  const findings = await findingsOf(round, window);
  if (findings.length === 0) return noteLook(round, id, look);
  const names = connections.filter((one) => window.connectionIds.includes(one.id));
  const report = composeBaseline(findings, {
    publicUrl: round.deps.publicUrl,
    connectionNames: names.map(({ name }) => name),
  });
  await sendReport(round, channel, { id, kind: "baseline", because: "Default channel", report });
}

function hasJustLooked(
  { deps }: Round,
  { endsAt }: BaselineWindow,
  { lookedAt }: BaselineLook,
): boolean {
  return lookedAt >= endsAt && deps.clock.nowMs() - epochMsOf(lookedAt) < betweenLooksMs;
}

async function noteLook(
  { deps, now }: Round,
  dispatchId: DispatchId,
  before: BaselineLook | undefined,
): Promise<void> {
  const look: BaselineLook = { type: "baseline-look", dispatchId, lookedAt: now, revision: 0 };
  if (!before) await createDocument(deps.table, baselineLookSpec, look);
  else await replaceDocument(deps.table, baselineLookSpec, before, look);
}

async function findingsOf(
  round: Round,
  { connectionIds }: BaselineWindow,
): Promise<readonly BaselineFinding[]> {
  const around = await round.surroundings();
  const statuses = ["open", "acknowledged", "snoozed", "pending"] as const;
  const all = (await Promise.all(statuses.map((status) => alertsOf(round, status)))).flat();
  return all
    .filter((alert) => alert.isBaseline === true)
    .filter(({ connectionIds: ids, restsOn = [] }) =>
      [...ids, ...restsOn.map((one) => one.connectionId)].some((id) => connectionIds.includes(id)),
    )
    .map((alert) => {
      const teams = alert.teamIds.map((id) => around.org.membersOf(id));
      const [people = []] = teams.toSorted((a, b) => a.length - b.length);
      return { ...reportedOf(around, alert), people };
    });
}
