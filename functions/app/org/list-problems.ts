import * as z from "zod";

import type { OrgProblems } from "#shared/graph/org-problems.ts";
import type { Org } from "#shared/graph/org.ts";
import type { OrgUnitId, PersonId } from "#shared/model/ids.ts";

import type { AppContext } from "../app-deps.ts";
import { pageOf, pageQuery } from "../http/paging.ts";
import { connectionNames } from "../people/connection-names.ts";
import type { ConnectionNames } from "../people/describe-people.ts";
import { briefOf, removedConnection } from "../people/describe-people.ts";
import type { Named, ProblemAnswer } from "./org-answers.ts";
import { ProblemKind, dayField } from "./org-answers.ts";
import { treeOf } from "./org-tree.ts";
import { readOrgOn } from "./read-org.ts";

export const ProblemsQuery = z.strictObject({
  day: dayField,
  kind: ProblemKind.optional(),
  ...pageQuery,
});
export type ProblemsQuery = z.infer<typeof ProblemsQuery>;

interface Problem {
  readonly kind: ProblemKind;
  readonly people: readonly PersonId[];
  readonly units: readonly OrgUnitId[];
  /** The connection whose records they are, where it is about one. */
  readonly connectionId?: string;
}

export interface ProblemList {
  readonly total: number;
  readonly problems: ProblemAnswer[];
  readonly next: string | undefined;
}

/** Edges of the organisation that whoever keeps the HR system can mend. */
export async function listProblems(
  context: AppContext,
  query: ProblemsQuery,
): Promise<ProblemList> {
  const [{ org, day }, names] = await Promise.all([
    readOrgOn(context, query.day),
    connectionNames(context),
  ]);
  const all = problemsOf(treeOf(org, day).problems);
  const wanted = all.filter(({ kind }) => query.kind === undefined || kind === query.kind);
  const sorted = wanted.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const { page, next } = pageOf(sorted, keyOf, query);
  return {
    total: wanted.length,
    problems: page.map((one) => describeProblem(org, names, one)),
    next,
  };
}

export function countProblems(problems: OrgProblems): number {
  return Object.values(problems).reduce((sum, list: readonly unknown[]) => sum + list.length, 0);
}

function problemsOf(given: OrgProblems): readonly Problem[] {
  return [
    ...given.reportingCycles.map((people) => ({
      kind: "reporting-cycle" as const,
      people,
      units: [],
    })),
    ...given.unitCycles.map((units) => ({ kind: "unit-cycle" as const, people: [], units })),
    ...given.missingManagers.map(({ personId, managerId }) => ({
      kind: "missing-manager" as const,
      people: [personId, managerId],
      units: [],
    })),
    ...given.missingUnits.map(({ personId, unitId }) => ({
      kind: "missing-unit" as const,
      people: [personId],
      units: [unitId],
    })),
    ...given.missingParents.map(({ unitId, parentId }) => ({
      kind: "missing-parent" as const,
      people: [],
      units: [unitId, parentId],
    })),
    ...given.sharedWorkEmails.map(({ connectionId, personIds }) => ({
      kind: "shared-work-email" as const,
      people: personIds,
      units: [],
      connectionId,
    })),
    ...given.strayMemberships.map(({ personId, unitId }) => ({
      kind: "stray-membership" as const,
      people: [personId],
      units: [unitId],
    })),
  ];
}

function keyOf({ kind, people, units }: Problem): string {
  const order = ProblemKind.options.indexOf(kind);
  return [order, ...people.slice(0, 2), ...units.slice(0, 2)].join(" ");
}

const textOf: Readonly<Record<ProblemKind, string>> = {
  "reporting-cycle": "They report to each other in a circle, so nobody is above them.",
  "unit-cycle": "These units lie within each other in a circle.",
  "missing-manager": "The manager named for this person does not exist.",
  "missing-unit": "The unit named for this person does not exist.",
  "missing-parent": "What this unit is said to belong to does not exist.",
  "shared-work-email":
    "Several records bear one work address, so that none of them is matched by it.",
  "stray-membership": "A team membership of somebody, or in a team, that does not exist.",
};

/** A circle may be of any length. */
const namedMax = 10;

function describeProblem(org: Org, names: ConnectionNames, problem: Problem): ProblemAnswer {
  const { kind, people, units, connectionId } = problem;
  const where =
    connectionId === undefined ? "" : ` In ${names.get(connectionId) ?? removedConnection}.`;
  // Who does not exist has no name to show.
  const known = people.filter((id) => org.humans.record(id) !== undefined);
  return {
    id: keyOf(problem),
    kind,
    text: textOf[kind] + where,
    people: known.slice(0, namedMax).map((id) => briefOf(org, id)),
    units: units.slice(0, namedMax).flatMap((id): Named[] => {
      const name = org.unit(id)?.name;
      return name === undefined ? [] : [{ id, name }];
    }),
  };
}
