import type { Faults } from "#shared/testing/simulator/faults.ts";

import type { HubUnderTest } from "./hub-under-test.ts";
import type { Tally } from "./tally.ts";
import { pick, type Random, type ToolUnderTest } from "./tool-under-test.ts";

/** What ends a trouble. */
export type Amends = () => void | Promise<void>;

/** Where troubles come from, and where what they did is written down. */
interface Troubled {
  readonly hub: HubUnderTest;
  readonly tool: ToolUnderTest;
  readonly random: Random;
  readonly tally: Tally;
}

/** What an API does to its clients, for a handful of requests. */
export function armRequestFault({ tool, random }: Pick<Troubled, "tool" | "random">): void {
  const { faults, apiPrefix } = tool;
  const times = 1 + Math.floor(random() * 6);
  const on = {
    on: "request",
    pathPrefix: apiPrefix,
    times,
    skip: Math.floor(random() * 4),
  } as const;
  const kinds = [
    () => faults.arm({ ...on, kind: "status", status: 429, retryAfterSeconds: 20 }),
    () => faults.arm({ ...on, kind: "status", status: 429, retryAfterSeconds: 1500 }),
    () => faults.arm({ ...on, kind: "status", status: 503, retryAfterSeconds: 5 }),
    () => faults.arm({ ...on, kind: "status", status: 500 }),
    () => faults.arm({ ...on, kind: "reset" }),
    () => faults.arm({ ...on, kind: "truncate" }),
  ];
  pick(random, kinds)?.();
}

/** One that lasts until somebody ends it. */
export async function lastingTrouble(troubled: Troubled): Promise<Amends> {
  const { tool, random, tally } = troubled;
  const which = random();
  if (which < 0.25) return revoke(troubled);
  if (which < 0.5) return pause(troubled);
  tally.add("things hidden");
  return tool.annoy(random);
}

/** The token is dead until an admin enters another one. */
function revoke({ tool: { faults, apiPrefix }, tally }: Troubled): Amends {
  const dead = { on: "request", kind: "status", status: 401, pathPrefix: apiPrefix } as const;
  const id = faults.arm(dead);
  return () => {
    tally.addAll(requestsHit(faults, id));
    faults.clear(id);
  };
}

/** Nothing is read while webhooks go on to come. */
async function pause({ hub, tally }: Troubled): Promise<Amends> {
  const before = hub.deliveries;
  await hub.pause();
  return async () => {
    tally.add("pauses");
    tally.add("webhooks while paused", hub.deliveries - before);
    await hub.resume();
  };
}

/** How many requests the armed faults hit, by kind; of all faults or of one. */
export function requestsHit(faults: Faults, only?: string): Readonly<Record<string, number>> {
  const hits: Record<string, number> = {};
  for (const { id, fault, hits: count } of faults.list()) {
    if (fault.on !== "request" || (only !== undefined && id !== only)) continue;
    const name = fault.kind === "status" ? String(fault.status) : fault.kind;
    hits[name] = (hits[name] ?? 0) + count;
  }
  return hits;
}
