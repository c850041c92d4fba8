import type { Instant } from "#shared/model/time.ts";
import { dayMs, epochMsOf, hourMs } from "#shared/model/time.ts";

/** The issues that the connection reads: never without a restriction, which Jira refuses. */
export function scopeJql(projectKeys: readonly string[]): string {
  if (projectKeys.length === 0) return "project is not EMPTY";
  return `project in (${projectKeys.map((key) => `"${key}"`).join(", ")})`;
}

/** Issues by type id; `not in` finds all the others. */
export function typeJql(operator: "in" | "not in", typeIds: readonly string[]): string {
  return `issuetype ${operator} (${typeIds.join(", ")})`;
}

/** Changed at or after a moment, as the account's clocks show it. */
export function updatedSinceJql(since: Instant, timeZone: string): string {
  return `updated >= "${jqlTime(epochMsOf(since), timeZone)}"`;
}

/** Created between two moments as `jqlTime` writes them; what lies on the border is in the later window. */
export function createdJql({
  from,
  to,
}: {
  readonly from?: string;
  readonly to?: string;
}): string[] {
  return [
    ...(from === undefined ? [] : [`created >= "${from}"`]),
    ...(to === undefined ? [] : [`created < "${to}"`]),
  ];
}

/** Clocks are changed by at most this much; around a change, wall time names two moments or none. */
const clockChangeMs = 3 * hourMs;

/**
 * A moment in JQL: whole minutes, on the clocks of the calling account's profile. Rounds down, and steps
 * back further where the clocks change nearby or the zone is one that we do not know, so that what is
 * asked for never begins later than meant.
 */
export function jqlTime(epochMs: number, timeZone: string): string {
  const format = formatFor(timeZone);
  if (!format) return wallTime(formatIn("Etc/UTC"), epochMs - dayMs);
  const names = [epochMs - clockChangeMs, epochMs, epochMs + clockChangeMs].map(
    (each) => format.formatToParts(each).find(({ type }) => type === "timeZoneName")?.value,
  );
  const isSteady = new Set(names).size === 1;
  return wallTime(format, isSteady ? epochMs : epochMs - clockChangeMs);
}

function formatFor(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return formatIn(timeZone);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function formatIn(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "longOffset",
  });
}

function wallTime(format: Intl.DateTimeFormat, epochMs: number): string {
  const parts = new Map(format.formatToParts(epochMs).map(({ type, value }) => [type, value]));
  const of = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? "";
  return `${of("year")}/${of("month")}/${of("day")} ${of("hour")}:${of("minute")}`;
}
