import type { Rule } from "#shared/kit/rule.ts";

import { blockedAcrossBoundary } from "./blocked-across-boundary/rule.ts";
import { circularDependency } from "./circular-dependency/rule.ts";
import { circularHierarchy } from "./circular-hierarchy/rule.ts";
import { closedGoalOpenWork } from "./closed-goal-open-work/rule.ts";
import { connectionDegraded } from "./connection-degraded/rule.ts";
import { coverageLost } from "./coverage-lost/rule.ts";
import { floatingGoal } from "./floating-goal/rule.ts";
import { goalWithoutWork } from "./goal-without-work/rule.ts";
import { horizonMismatch } from "./horizon-mismatch/rule.ts";
import { ownerLeft } from "./owner-left/rule.ts";
import { staleByEvidence } from "./stale-by-evidence/rule.ts";
import { tooManyObjectives } from "./too-many-objectives/rule.ts";
import { unlinkedWork } from "./unlinked-work/rule.ts";

/**
 * Every signal rule. A new one is a folder here and a line below: the wiring (infra/topology.ts) and the
 * pages follow this list.
 */
export const rules: readonly Rule[] = [
  unlinkedWork,
  blockedAcrossBoundary,
  circularHierarchy,
  circularDependency,
  ownerLeft,
  staleByEvidence,
  horizonMismatch,
  connectionDegraded,
  coverageLost,
  floatingGoal,
  goalWithoutWork,
  closedGoalOpenWork,
  tooManyObjectives,
];
