import type { Rule } from "#shared/kit/rule.ts";

import { blockedAcrossBoundary } from "./blocked-across-boundary/rule.ts";
import { circularDependency } from "./circular-dependency/rule.ts";
import { circularHierarchy } from "./circular-hierarchy/rule.ts";
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
];
