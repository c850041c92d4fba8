import type { Signal } from "#shared/model/signal.ts";
import { epochMsOf, minuteMs } from "#shared/model/time.ts";

/**
 * Whether a first reading found it: when it opened, a source that it rests on was not read whole yet, or had
 * been for less than `baselineMinutes`. Of a finding that says nothing of its sources: no. Zero: never.
 */
export function isOfFirstReading(
  { restsOn = [], openedAt }: Pick<Signal, "restsOn" | "openedAt">,
  baselineMinutes: number,
): boolean {
  if (baselineMinutes === 0) return false;
  const openedMs = epochMsOf(openedAt);
  return restsOn.some(
    ({ readyAt }) =>
      readyAt === undefined || openedMs - epochMsOf(readyAt) < baselineMinutes * minuteMs,
  );
}
