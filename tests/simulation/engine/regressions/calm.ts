import type { PlanConfig } from "../plan.ts";

/** The config of a run in which nothing goes wrong but by its steps: what minimized plans mostly have. */
export const calm: PlanConfig = {
  hasWebhooks: true,
  dropped: 0,
  duplicated: 0,
  delayed: 0,
  busDuplicated: 0,
  shards: 1,
  isEager: false,
  pageSize: 5,
  indexLagMs: 0,
  skewMs: { tracker: 0, board: 0, people: 0 },
  granularityMs: 1,
  graceMinutes: 0,
};
