import * as z from "zod";

import { Instant } from "./time.ts";

/** That all signals are to be worked out afresh: one request for the whole hub, whoever asks. */
export const WantedRecompute = z.strictObject({
  type: z.literal("recompute"),
  /** `wanted` until a pass begins; whoever asks while it runs makes it wanted again. */
  state: z.enum(["wanted", "running", "done"]),
  /** When it was asked for last. */
  wantedAt: Instant,
  /** Passes since then that their time cut off; the next goes on with what still differs. */
  passes: z.int().nonnegative(),
  revision: z.int().nonnegative(),
});
export type WantedRecompute = z.infer<typeof WantedRecompute>;
