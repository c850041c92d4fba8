import { staleAfterMinutes } from "#shared/model/connection.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import { ConnectionId as ConnectionIdSchema } from "#shared/model/ids.ts";
import { minuteMs } from "#shared/model/time.ts";
import type { Item, ItemChange } from "#shared/ports/table.ts";

import type { Run } from "../run.ts";
import { violated } from "../run.ts";
import { toolNames } from "../world/company.ts";

/** What an evaluation had read may be so much older than what it wrote. */
const slackMinutes = 2;

/** 8, at every write: no signal opens while a source that it needs is unread or stale. */
export function watchHonesty(run: Run): (change: ItemChange) => void {
  const connections = new Map<string, Item>();
  return ({ before, after }) => {
    if (after?.["type"] === "connection") connections.set(after.pk, after);
    if (after?.["type"] !== "signal" || after["state"] !== "open" || before?.["state"] === "open")
      return;
    const needed = neededBy(run, after);
    for (const id of needed) {
      const problem = problemOf(run, connections.get(id));
      if (problem !== undefined) violated(run, 8, `${after.pk} opened while ${id} was ${problem}`);
    }
  };
}

/** What they tell of is the connection, which the hub itself knows, and nothing that was read through it. */
const ofConnections: ReadonlySet<unknown> = new Set(["connection-degraded", "coverage-lost"]);

/** Its own sources, and for lack of a link every source that may hold one. */
function neededBy(run: Run, signal: Item): readonly ConnectionId[] {
  if (ofConnections.has(signal["rule"])) return [];
  const own = Array.isArray(signal["connectionIds"]) ? signal["connectionIds"] : [];
  const ids = own.flatMap((id) => ConnectionIdSchema.safeParse(id).data ?? []);
  if (signal["rule"] !== "unlinked-work") return ids;
  const goals = toolNames
    .map((name) => run.company.sites[name].tool.spec)
    .flatMap(({ providesGoals, connectionId }) => (providesGoals ? [connectionId] : []));
  return [...new Set([...ids, ...goals])];
}

function problemOf(run: Run, connection: Item | undefined): string | undefined {
  if (connection === undefined || connection["readyAt"] === undefined) return "unread";
  const freshAtMs = Date.parse(connection["freshAt"] as string);
  const ageMinutes = (run.clock.nowMs() - freshAtMs) / minuteMs;
  return ageMinutes > staleAfterMinutes + slackMinutes
    ? `stale for ${Math.floor(ageMinutes)} minutes`
    : undefined;
}
