import * as z from "zod";

import { listDeliveryCounts } from "#shared/store/delivery-counts.ts";
import type { DeliveryCounts } from "#shared/store/delivery-counts.ts";
import { unknownConnections } from "#shared/store/keys.ts";

import type { AppContext } from "../app-deps.ts";
import type { ConnectionAnswer } from "../connections/connection-answers.ts";
import { DeliveryDay, Health } from "../connections/connection-answers.ts";
import { readConnections } from "../connections/read-connections.ts";
import { TeamRate } from "../people/people-answers.ts";
import { matchRateField } from "../people/team-rate.ts";
import { accountStates } from "./account-state.ts";
import type { AccountState } from "./account-state.ts";
import { countByTeam, countVerdicts, openWork } from "./verdict-counts.ts";

const count = z.int().nonnegative();

export const VerdictCountsAnswer = z
  .strictObject({
    linked: count,
    unlinked: count,
    allowed: count,
    unlinkable: count,
    unknown: count,
  })
  .meta({ id: "VerdictCounts" });

const Deliveries = z.strictObject({
  connectionId: z.string(),
  name: z.string(),
  days: z.array(DeliveryDay),
});

export const CoverageAnswer = z
  .strictObject({
    asOf: z.string(),
    openWork: count,
    verdicts: VerdictCountsAnswer.meta({ description: "Of open work" }),
    byTeam: z
      .array(
        z.strictObject({
          teamId: z.string().optional(),
          name: z.string(),
          group: z.enum(["team", "small-teams", "no-team"]),
          matchRate: TeamRate.optional().meta({ description: "What the team's figures rest on" }),
          verdicts: VerdictCountsAnswer,
        }),
      )
      .meta({ description: "Teams of fewer than five people are counted together" }),
    byConnection: z.array(
      z.strictObject({ connectionId: z.string(), name: z.string(), verdicts: VerdictCountsAnswer }),
    ),
    accounts: z.strictObject({
      total: count,
      matched: count,
      unmatched: count,
      matchPercent: z.number().optional(),
    }),
    connections: z.array(
      z.strictObject({
        id: z.string(),
        name: z.string(),
        reads: z.boolean(),
        health: Health,
        isStale: z.boolean(),
        freshAt: z.string().optional(),
        ageSeconds: z.int().optional(),
        quarantined: count,
        gaps: z.array(z.strictObject({ what: z.string(), why: z.string(), at: z.string() })),
      }),
    ),
    deliveries: z
      .array(Deliveries)
      .meta({ description: "By how they ended, per connection and day" }),
    unknownDeliveries: z
      .array(DeliveryDay)
      .meta({ description: "To connections that do not exist" }),
    queues: z.array(z.strictObject({ name: z.string(), waiting: count, dead: count })),
  })
  .meta({ id: "Coverage" });
export type CoverageAnswer = z.input<typeof CoverageAnswer>;

/** What the hub can see, and what it cannot. Counts only, and none about fewer than five people. */
export async function readCoverage(context: AppContext): Promise<CoverageAnswer> {
  const [snapshot, all, unknown, depths] = await Promise.all([
    context.snapshots.read(),
    readConnections(context),
    listDeliveryCounts(context.table, unknownConnections),
    context.queueAdmin.depths(),
  ]);
  // One that is being set up covers nothing yet, and misses nothing.
  const connections = all.filter(({ status }) => status !== "draft");
  const open = openWork(snapshot);
  return {
    asOf: snapshot.asOf,
    openWork: open.length,
    verdicts: countVerdicts(open),
    byTeam: countByTeam(snapshot).map((team) => ({
      ...team,
      ...matchRateField(snapshot.graph.org, team.teamId),
    })),
    byConnection: connections
      .filter((connection) => connection.reads)
      .map(({ id, name }) => ({
        connectionId: id,
        name,
        verdicts: countVerdicts(open.filter(({ item }) => item.connectionId === id)),
      }))
      .filter(({ verdicts }) => Object.values(verdicts).some((number) => number > 0)),
    accounts: matchRate(accountStates(snapshot.graph.org)),
    connections: connections.map(describeConnection),
    deliveries: connections
      .filter(({ deliveries }) => deliveries.length > 0)
      .map(({ id, name, deliveries }) => ({ connectionId: id, name, days: deliveries })),
    unknownDeliveries: unknown.map(describeDay),
    queues: Object.entries(depths).map(([name, { waiting, dead }]) => ({ name, waiting, dead })),
  };
}

/** Of people's accounts: a bot that belongs to nobody is no gap. */
function matchRate(all: readonly AccountState[]): CoverageAnswer["accounts"] {
  const matched = all.filter((state) => state === "matched").length;
  const total = matched + all.filter((state) => state === "unmatched").length;
  return {
    total,
    matched,
    unmatched: total - matched,
    ...(total > 0 && { matchPercent: Math.round((1000 * matched) / total) / 10 }),
  };
}

function describeConnection(connection: ConnectionAnswer): CoverageAnswer["connections"][number] {
  const { id, name, reads, health, freshness, quarantined, gaps } = connection;
  const { isStale, freshAt, ageSeconds } = freshness;
  return { id, name, reads, health, isStale, freshAt, ageSeconds, quarantined, gaps };
}

function describeDay({ day, counts }: DeliveryCounts): z.input<typeof DeliveryDay> {
  return { day, counts: { ...counts } };
}
