import * as z from "zod";

import { isSmallUnit } from "#shared/graph/headcount.ts";
import type { Org } from "#shared/graph/org.ts";
import { groupKeyOf } from "#shared/kit/alert-group.ts";
import { OrgUnitId } from "#shared/model/ids.ts";
import { AlertStatus, Severity } from "#shared/model/signal.ts";
import type { Alert } from "#shared/model/signal.ts";

import { pageQuery } from "../http/paging.ts";

const yes = z.enum(["true"]);

export const AlertsQuery = z.strictObject({
  status: z
    .union([AlertStatus, z.enum(["standing", "all"])])
    .default("standing")
    .meta({
      description: "`standing` is open, acknowledged or snoozed; `all` also pending and resolved",
    }),
  rule: z.string().optional(),
  team: z.string().optional().meta({ description: "An org unit's id: it and all below it" }),
  connection: z.string().optional(),
  severity: Severity.optional(),
  goal: z.string().optional().meta({ description: "A goal's id: alerts whose evidence names it" }),
  contested: yes.optional().meta({ description: "Only those whose contest waits for an answer" }),
  baseline: yes.optional().meta({ description: "Only those that a first reading found" }),
  held: yes.optional().meta({
    description: "Only those that wait for another reason than time: within a stated share",
  }),
  group: z.string().max(1300).optional().meta({ description: "A group's key" }),
  q: z.string().max(200).optional().meta({ description: "Words in the title or the sentence" }),
  ...pageQuery,
});
export type AlertsQuery = z.infer<typeof AlertsQuery>;

const standing: readonly AlertStatus[] = ["open", "acknowledged", "snoozed"];

/** Whether an alert fits everything but the status. */
export function fits(alert: Alert, query: AlertsQuery, org: Org): boolean {
  return (
    isAbout(alert, query) &&
    isMarked(alert, query) &&
    (!query.group || groupKeyOf(alert) === query.group) &&
    isOfTeam(alert, query.team, org) &&
    says(alert, query.q)
  );
}

function isAbout(alert: Alert, { rule, connection, severity, goal }: AlertsQuery): boolean {
  return (
    (!rule || alert.rule === rule) &&
    (!connection || alert.connectionIds.some((id) => id === connection)) &&
    (!severity || alert.severity === severity) &&
    (!goal || alert.evidence.path.some(({ id }) => id === goal))
  );
}

function isMarked(alert: Alert, { contested, baseline, held }: AlertsQuery): boolean {
  return (
    (!contested || isContestOpen(alert)) &&
    (!baseline || alert.isBaseline === true) &&
    (!held || alert.heldBecause !== undefined)
  );
}

function isContestOpen({ contest }: Pick<Alert, "contest">): boolean {
  return contest !== undefined && contest.answer === undefined;
}

function isOfTeam({ teamIds }: Alert, team: string | undefined, org: Org): boolean {
  if (!team) return true;
  const wanted = OrgUnitId.safeParse(team).data;
  return teamIds.some((id) => id === wanted || (wanted && org.pathUp(id).includes(wanted)));
}

/** Whether it names a unit of fewer than five people, so that a number of it would be one about persons. */
export function namesFew(org: Org, { team }: AlertsQuery): boolean {
  const unit = OrgUnitId.safeParse(team);
  return unit.success && isSmallUnit(org, unit.data);
}

/** Every word of the question, wherever it stands. */
function says({ title, evidence }: Alert, q: string | undefined): boolean {
  if (!q) return true;
  const text = `${title} ${evidence.sentence}`.toLowerCase();
  const words = q.toLowerCase().split(/\s+/u);
  return words.every((word) => text.includes(word));
}

export function wantedStatuses(status: AlertsQuery["status"]): readonly AlertStatus[] {
  if (status === "standing") return standing;
  return status === "all" ? AlertStatus.options : [status];
}
