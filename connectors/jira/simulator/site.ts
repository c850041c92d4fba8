import type { Clock } from "#shared/ports/clock.ts";

import type { Effect } from "./apply-operation.ts";
import type { JiraOperation } from "./operation.ts";
import type { JiraState } from "./state.ts";

/** What every route works with: the site, its time, and the one way to change it. */
export interface Site {
  readonly state: JiraState;
  readonly clock: Clock;
  readonly perform: (operation: JiraOperation) => Effect;
}
