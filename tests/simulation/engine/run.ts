import type { ItemChange } from "#shared/ports/table.ts";

import type { Host } from "./host/host.ts";
import type { ReaderName } from "./host/sim-stream.ts";
import type { Interpreted } from "./interpreted.ts";
import type { Met } from "./met.ts";
import type { Plan } from "./plan.ts";
import type { Company } from "./world/company.ts";
import type { Network } from "./world/network.ts";
import type { VirtualClock } from "./world/virtual-clock.ts";

export type InvariantNumber = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

export interface Violation {
  readonly invariant: InvariantNumber;
  /** The step at which it was seen. */
  readonly at: string;
  readonly what: string;
}

/** Everything that one run consists of, as its checks see it. */
export interface Run {
  readonly plan: Plan;
  readonly clock: VirtualClock;
  readonly host: Host;
  readonly company: Company;
  readonly network: Network;
  readonly met: Met;
  readonly violations: Violation[];
  /** Told of each change of the table as it is made. */
  readonly watchers: ((change: ItemChange) => void)[];
  /** Deliveries that ingest has read and stored, by id. */
  readonly interpreted: Interpreted;
  /** Keys of all that the hub has ever held itself, and not only the name of. */
  readonly heardOf: Set<string>;
  /** Tools whose trouble lasts: nothing can be said of their records now. */
  readonly troubled: Set<string>;
  /** Readers that lost records of the stream since the clock last compared everything. */
  readonly lost: Set<ReaderName>;
  /** Native ids of people who were erased on request. */
  readonly erased: Set<string>;
  step: string;
  checks: number;
}

/** So many of one run are enough to see what is wrong. */
const violationsMax = 20;

export function violated(run: Run, invariant: InvariantNumber, what: string): void {
  if (run.violations.length >= violationsMax) return;
  run.violations.push({ invariant, at: run.step, what: what.slice(0, 600) });
}
