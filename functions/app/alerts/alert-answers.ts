import * as z from "zod";

import type { Org } from "#shared/graph/org.ts";
import type { SourceStates } from "#shared/graph/sources.ts";
import { groupKeyOf } from "#shared/kit/alert-group.ts";
import type { Rule } from "#shared/kit/rule.ts";
import { DeliveryMode, DispatchOutcome } from "#shared/model/notification.ts";
import { AlertStatus, Contest, Evidence, Severity } from "#shared/model/signal.ts";
import type { Alert, Signal } from "#shared/model/signal.ts";
import { epochMsOf, Instant } from "#shared/model/time.ts";

import { TeamRate } from "../people/people-answers.ts";
import { matchRateField } from "../people/team-rate.ts";
import { FindingSource, findingSources } from "./finding-sources.ts";

const Named = z.strictObject({ id: z.string(), name: z.string() });

const finding = {
  rule: z.string(),
  ruleTitle: z.string(),
  subjectId: z.string(),
  generation: z.int(),
  severity: Severity,
  title: z.string(),
  evidence: Evidence.meta({ id: "Evidence" }),
  teams: z
    .array(z.strictObject({ ...Named.shape, matchRate: TeamRate.optional() }))
    .meta({ description: "Owning team first; for a dependency both" }),
  connections: z.array(Named),
  openedAt: z.string(),
  evaluatedAt: z.string().optional().meta({
    description:
      "When it was found to be as it is told here; later looks that found the same are not noted",
  }),
  sources: z.array(FindingSource).meta({
    description: "Every source whose silence could make it wrong; at most the 20 stalest",
  }),
};

export const SignalAnswer = z
  .strictObject({
    id: z.string(),
    state: z.enum(["open", "cleared"]),
    ...finding,
    clearedAt: z.string().optional(),
    clearedBecause: z.string().optional(),
  })
  .meta({ id: "Signal" });
export type SignalAnswer = z.input<typeof SignalAnswer>;

const alertFields = {
  id: z.string(),
  signalId: z.string(),
  status: AlertStatus,
  ...finding,
  why: z.string(),
  nextStep: z.string(),
  leader: Named.optional().meta({
    description:
      "The lowest common manager, or the team's own: whom to ask when the teams cannot agree",
  }),
  ageSeconds: z.int(),
  waitingSeconds: z.int().optional().meta({
    description: "How long the blocked work has waited, where its tool tells",
  }),
  graceUntil: z.string().optional(),
  snoozedUntil: z.string().optional(),
  snoozedUntilChange: z.boolean().meta({ description: "Quiet until what it says changes" }),
  contest: Contest.optional().meta({
    id: "Contest",
    description: "The latest, answered or not; nobody's name is kept",
  }),
  isBaseline: z.boolean().meta({ description: "Found by a first reading" }),
  heldBecause: z.string().optional().meta({
    description: "Why it waits for another reason than time",
  }),
  wokenAt: z.string().optional(),
  groupKey: z.string(),
  updatedAt: z.string(),
  resolvedAt: z.string().optional(),
  resolvedBecause: z.string().optional(),
};

export const AlertAnswer = z.strictObject(alertFields).meta({ id: "Alert" });
export type AlertAnswer = z.input<typeof AlertAnswer>;

export const AlertDetail = z
  .strictObject({
    ...alertFields,
    history: z.array(
      z.strictObject({
        to: AlertStatus,
        at: z.string(),
        by: z.string(),
        note: z.string().optional(),
      }),
    ),
    notifications: z.array(
      z.strictObject({
        connectionId: z.string(),
        channel: z.string(),
        recipient: z.string(),
        because: z.string().meta({ description: "Why this recipient" }),
        reason: z.string(),
        mode: DeliveryMode,
        outcome: z.enum([...DispatchOutcome.options, "waiting", "dropped"]).meta({
          description:
            "`waiting`: for its time or its digest; `dropped`: over before anybody was told",
        }),
        dueAt: z.string().optional(),
        attempts: z.int(),
        detail: z.string().optional(),
        at: z.string(),
      }),
    ),
  })
  .meta({ id: "AlertDetail" });
export type AlertDetail = z.input<typeof AlertDetail>;

/** What names are looked up in. */
export interface Names {
  readonly org: Org;
  readonly sources: SourceStates;
  readonly connections: ReadonlyMap<string, string>;
  readonly rules: readonly Pick<Rule, "name" | "title">[];
  readonly nowMs: number;
}

function describeFinding(names: Names, thing: Alert | Signal) {
  const { rule, subjectId, generation, severity, title, evidence, openedAt } = thing;
  return {
    rule,
    ruleTitle: names.rules.find((candidate) => candidate.name === rule)?.title ?? rule,
    subjectId,
    generation,
    severity,
    title,
    evidence,
    teams: thing.teamIds.map((id) => ({
      id,
      name: names.org.unit(id)?.name ?? "a removed team",
      ...matchRateField(names.org, id),
    })),
    connections: thing.connectionIds.map((id) => ({
      id,
      name: names.connections.get(id) ?? "a removed connection",
    })),
    openedAt,
    evaluatedAt: thing.evaluatedAt,
    sources: findingSources(names, thing),
  };
}

export function describeSignal(names: Names, signal: Signal): SignalAnswer {
  const { id, state, clearedAt, clearedBecause } = signal;
  return { id, state, ...describeFinding(names, signal), clearedAt, clearedBecause };
}

/** Only where the rule found in the tool's own history since when. */
function waitingSeconds({ evidence }: Alert, nowMs: number): number | undefined {
  const since = Instant.safeParse(evidence.facts["waitingSince"]);
  if (!since.success) return undefined;
  return Math.max(0, Math.round((nowMs - epochMsOf(since.data)) / 1000));
}

export function describeAlert(names: Names, alert: Alert): AlertAnswer {
  const { id, signalId, status, why, nextStep, graceUntil, snoozedUntil, updatedAt } = alert;
  const leader = alert.leaderId && names.org.person(alert.leaderId);
  return {
    id,
    signalId,
    status,
    ...describeFinding(names, alert),
    why,
    nextStep,
    ...(leader && { leader: { id: leader.id, name: leader.name } }),
    ageSeconds: Math.max(0, Math.round((names.nowMs - epochMsOf(alert.openedAt)) / 1000)),
    waitingSeconds: waitingSeconds(alert, names.nowMs),
    graceUntil,
    snoozedUntil,
    snoozedUntilChange: alert.snoozedUntilChangeOf !== undefined,
    contest: alert.contest,
    isBaseline: alert.isBaseline === true,
    heldBecause: alert.heldBecause,
    wokenAt: alert.wokenAt,
    groupKey: groupKeyOf(alert),
    updatedAt,
    resolvedAt: alert.resolvedAt,
    resolvedBecause: alert.resolvedBecause,
  };
}
