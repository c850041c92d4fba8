import { epochMsOf, minuteMs, readInstant } from "#shared/model/time.ts";

import { equalCuts, splitByCreated } from "./created-windows.ts";
import { createdJql, jqlTime } from "./jql.ts";
import type { JiraSession } from "./session.ts";
import { WireCreated } from "./wire.ts";

/** Fewer than so many in a window are not worth a lane of their own. */
const issuesPerLaneMin = 500;
/**
 * Two windows a lane, so that lanes whose windows were overestimated do not wait for the others long;
 * but only where windows are so large that their plan and their last pages, half empty, cost little.
 */
const windowsPerLane = 2;
const issuesPerWindowMin = 5000;

function windowsFor(total: number, lanes: number): number {
  return Math.max(
    Math.min(lanes, Math.floor(total / issuesPerLaneMin)),
    Math.min(lanes * windowsPerLane, Math.floor(total / issuesPerWindowMin)),
  );
}

interface Asked {
  readonly where: string;
  readonly timeZone: string;
  readonly total: number;
}

/**
 * Where to cut a query into windows of about equal size, as JQL writes moments: the pages of one query
 * come one after another, those of several side by side. Costs about a request per window.
 */
export async function planLanes(
  session: JiraSession,
  { where, timeZone, total }: Asked,
): Promise<readonly string[]> {
  const { clock, settings } = session.context;
  const parts = windowsFor(total, settings.readsAtOnce);
  const oldest = settings.readsAtOnce > 1 && parts > 1 ? await oldestOf(session, where) : undefined;
  if (oldest === undefined) return [];
  const textOf = (epochMs: number) => jqlTime(epochMs, timeZone);
  const windows = await splitByCreated(
    { fromMs: oldest, toMs: clock.nowMs() + minuteMs, count: total },
    {
      count: ({ fromMs, toMs }) =>
        session.client.count(
          [where, ...createdJql({ from: textOf(fromMs), to: textOf(toMs) })].join(" AND "),
        ),
      countMax: total / parts,
      windowsMax: parts * 2,
    },
  );
  // Near a change of the clocks two moments may be written alike, or in the wrong order.
  const texts = new Set(equalCuts(windows, parts).map(textOf));
  return [...texts].toSorted((a, b) => (a < b ? -1 : 1));
}

/** When the oldest of them was created; undefined when there is none. */
async function oldestOf(session: JiraSession, where: string): Promise<number | undefined> {
  const { issues } = await session.client.search(
    { jql: `${where} ORDER BY created ASC` },
    ["created"],
    1,
  );
  const created = readInstant(WireCreated.safeParse(issues[0]).data?.fields.created);
  return created === undefined ? undefined : epochMsOf(created);
}
