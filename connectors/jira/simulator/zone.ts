import type { Instant } from "#shared/model/time.ts";
import { epochMsOf, minuteMs } from "#shared/model/time.ts";

const formats = new Map<string, Intl.DateTimeFormat>();

/** How far a zone is ahead of UTC at a moment, in minutes. Throws `RangeError` on an unknown zone. */
function offsetMinutes(timeZone: string, epochMs: number): number {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
    formats.set(timeZone, format);
  }
  const name = format.formatToParts(epochMs).find(({ type }) => type === "timeZoneName")?.value;
  // "GMT+05:45", and "GMT" alone for none.
  const match = /^GMT([+-])(\d\d):(\d\d)/u.exec(name ?? "");
  if (!match) return 0;
  return (match[1] === "-" ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]));
}

/** The moment at which the zone's clocks show this; `wallMs` is what they show, read as if it were UTC. */
export function epochMsOfWall(wallMs: number, timeZone: string): number {
  // The offset at the guessed moment is right except within hours of a change of the clocks.
  const guess = wallMs - offsetMinutes(timeZone, wallMs) * minuteMs;
  return wallMs - offsetMinutes(timeZone, guess) * minuteMs;
}

/** As Jira writes a moment: `2026-04-28T15:33:15.438+0200`, in the caller's zone, without a colon. */
export function jiraTime(instant: Instant, timeZone: string): string {
  const epochMs = epochMsOf(instant);
  const offset = offsetMinutes(timeZone, epochMs);
  const wall = new Date(epochMs + offset * minuteMs).toISOString().slice(0, -1);
  const size = Math.abs(offset);
  return `${wall}${offset < 0 ? "-" : "+"}${two(Math.floor(size / 60))}${two(size % 60)}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
