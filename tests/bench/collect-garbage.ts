import { setTimeout as pause } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Collects the whole heap now, so that what was before is not paid for in what is measured next. */
export async function collectGarbage(): Promise<void> {
  setFlagsFromString("--expose-gc");
  // What the flag adds to a new context is a function without arguments.
  const collect = runInNewContext("gc") as () => void;
  collect();
  // Other threads sweep up behind it for a while.
  await pause(sweepMs);
}

const sweepMs = 500;
