import { dayMs, hourMs, minuteMs } from "#shared/model/time.ts";

import { epochMsOfWall } from "../zone.ts";
import { JqlError } from "./jql-error.ts";

const unitsMs: Readonly<Record<string, number>> = {
  m: minuteMs,
  h: hourMs,
  d: dayMs,
  w: 7 * dayMs,
};

/**
 * The moment that a JQL date means: `2026/04/28 15:33` or with dashes, minutes at the finest, on the
 * clocks of the caller's profile; or relative to now: `-15m`, `-2h`, `-1d`, `-1w`.
 */
export function jqlDateMs(
  value: string,
  caller: { readonly timeZone: string; readonly nowMs: number },
  field: string,
): number {
  const relative = /^([+-]?)(\d+)([mhdw])$/u.exec(value);
  const unitMs = unitsMs[relative?.[3] ?? ""];
  if (relative && unitMs !== undefined) {
    return caller.nowMs + (relative[1] === "-" ? -1 : 1) * Number(relative[2]) * unitMs;
  }
  const absolute = /^(\d{4})([/-])(\d{1,2})\2(\d{1,2})(?: (\d{1,2}):(\d{2}))?$/u.exec(value);
  if (!absolute) {
    throw new JqlError(
      `Date value '${value}' for field '${field}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.`,
    );
  }
  const [, year, , month, day, hour = "0", minute = "0"] = absolute;
  const wallMs = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
  );
  return epochMsOfWall(wallMs, caller.timeZone);
}
