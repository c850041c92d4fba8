import { minuteMs } from "#shared/model/time.ts";

import type { Run } from "../run.ts";
import type { Truth } from "../world/tool.ts";

/** A look at everything that was due, and then some: what changed silently is met by it. */
const silentForMs = 26 * 60 * minuteMs;

/** Whether the account sees the record, and it has been for so long as it is. */
export function isLeftAlone(
  { clock }: Run,
  { isHidden, isDeleted, changedAtMs, silentAtMs }: Truth,
  forMinutes: number,
): boolean {
  const nowMs = clock.nowMs();
  return (
    !isHidden &&
    !isDeleted &&
    changedAtMs <= nowMs - forMinutes * minuteMs &&
    silentAtMs + silentForMs < nowMs
  );
}
