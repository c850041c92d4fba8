import { normalize } from "./b1-normalize.ts";
import { endToEnd } from "./b3-end-to-end.ts";
import { backfill } from "./b4-backfill.ts";
import { backfillLimited } from "./b5-limited.ts";
import { relink } from "./b6-relink.ts";
import { reorg } from "./b7-reorg.ts";
import { writeAmplification } from "./b8-write-amplification.ts";
import { cold } from "./b9-cold.ts";
import { memory } from "./b10-memory.ts";
import { incremental } from "./b11-incremental.ts";
import { simulator } from "./b12-simulator.ts";
import { backTests } from "./b13-back-test.ts";
import type { Bench } from "./bench.ts";

/** Every benchmark, in the order in which they run. A new one is a file and a line. */
export const benches: readonly Bench[] = [
  normalize,
  endToEnd,
  backfill,
  backfillLimited,
  relink,
  reorg,
  writeAmplification,
  cold,
  memory,
  incremental,
  simulator,
  backTests,
];
