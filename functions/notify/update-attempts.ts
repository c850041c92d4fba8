import type { Dispatch } from "#shared/model/notification.ts";
import { dispatchAttemptsMax } from "#shared/model/notification.ts";
import type { Instant } from "#shared/model/time.ts";

type Attempts = Dispatch["attempts"];

/** The updates that failed since one went well: how many are still on record, and when that began. */
export function failingUpdates(attempts: Attempts): {
  readonly count: number;
  readonly since: Instant | undefined;
} {
  const first = firstFailing(attempts);
  return { count: attempts.length - first, since: attempts[first]?.at };
}

/** As many attempts as are kept, of updates that fail one after the other the first among them. */
export function withUpdate(attempts: Attempts, attempt: Attempts[number]): Attempts {
  const all = [...attempts, attempt];
  if (all.length <= dispatchAttemptsMax) return all;
  const isFailingThroughout = firstFailing(all) === 0;
  return isFailingThroughout ? all.toSpliced(1, 1) : all.slice(-dispatchAttemptsMax);
}

function firstFailing(attempts: Attempts): number {
  const well = attempts.findLastIndex(
    ({ verb, outcome }) => verb !== "update" || outcome !== "deferred",
  );
  return well + 1;
}
