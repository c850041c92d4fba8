import type { Person } from "#shared/model/facts.ts";
import type { CalendarDate } from "#shared/model/time.ts";
import { readDate } from "#shared/model/time.ts";

import type { Employee } from "./client.ts";
import type { PersonField } from "./fields.ts";
import { text } from "./units.ts";

/** When somebody is employed. */
export interface Employment {
  readonly status: Person["employmentStatus"];
  readonly startOn?: CalendarDate;
  /** The last day, also ahead of it. */
  readonly endOn?: CalendarDate;
}

/**
 * Reads the lifecycle status: Hired is before the first day, Terminated after the last; everything else,
 * with leaves that a company names itself, is somebody who works here
 * (https://help.hibob.com/hc/en-us/articles/4409776355857, 2026-11). `internal.status` says who may log in
 * to HiBob, which somebody on leave may not: it counts only where the lifecycle is not shown.
 */
export function employmentOf({ fields }: Employee, today: CalendarDate): Employment {
  const of = (id: PersonField) => fields.get(id);
  const startOn = readDate(of("work.startDate"));
  const told = readDate(of("internal.terminationDate"));
  const lifecycle = text(of("internal.lifecycleStatus"))?.toLowerCase();
  const access = text(of("internal.status"))?.toLowerCase();
  const status =
    lifecycle === undefined
      ? statusByDates({ startOn, told, today, mayLogIn: access !== "inactive" })
      : (statusByLifecycle.get(lifecycle) ?? "active");
  // The date of somebody who works here again is of an employment before.
  const endOn = status === "inactive" || (told !== undefined && told >= today) ? told : undefined;
  return {
    status,
    ...(startOn !== undefined && { startOn }),
    ...(endOn !== undefined && { endOn }),
  };
}

const statusByLifecycle: ReadonlyMap<string, Employment["status"]> = new Map([
  ["hired", "pending"],
  ["terminated", "inactive"],
]);

function statusByDates({
  startOn,
  told,
  today,
  mayLogIn,
}: {
  readonly startOn: CalendarDate | undefined;
  readonly told: CalendarDate | undefined;
  readonly today: CalendarDate;
  readonly mayLogIn: boolean;
}): Employment["status"] {
  if (startOn !== undefined && startOn > today) return "pending";
  return (told !== undefined && told < today) || !mayLogIn ? "inactive" : "active";
}
