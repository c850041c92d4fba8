import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Collects the whole heap now, so that what was before is not paid for in what is measured next. */
export function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  // What the flag adds to a new context is a function without arguments.
  const collect = runInNewContext("gc") as () => void;
  collect();
  // What the first one set free may have held the last of something else.
  collect();
}
