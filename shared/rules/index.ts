import type { Rule } from "#shared/kit/rule.ts";

import { blockedAcrossBoundary } from "./blocked-across-boundary/rule.ts";
import { unlinkedWork } from "./unlinked-work/rule.ts";

/** Every signal rule. A new one is a folder here, a line below, and a pattern in infra/topology.ts. */
export const rules: readonly Rule[] = [unlinkedWork, blockedAcrossBoundary];
