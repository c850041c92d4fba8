import { sweep } from "./sweep.ts";
import type { SweepDeps } from "./sweep.ts";

/** The clock ticked. */
export function createHandler(deps: SweepDeps): () => Promise<void> {
  return async function handler() {
    await sweep(deps);
  };
}
