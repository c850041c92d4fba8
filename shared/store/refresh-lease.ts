import type { GrantId } from "#shared/model/ids.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Item, Table } from "#shared/ports/table.ts";

import { refreshLeaseKey } from "./keys.ts";

/** The right to refresh the tokens of one grant, until a moment. */
export interface RefreshLease {
  readonly owner: string;
  readonly untilMs: number;
  /** How many refreshes were saved before; the tokens in use must not be older. */
  readonly generation: number;
}

interface LeaseDeps {
  readonly table: Table;
  readonly clock: Clock;
}

/** Outlasts one request for tokens and its saving several times; a dead owner's lease ends with it. */
const leaseMs = 60_000;
const nobody = "";

/** The lease, if nobody holds it now. */
export async function takeLease(
  { table, clock }: LeaseDeps,
  grantId: GrantId,
  owner: string,
): Promise<RefreshLease | undefined> {
  const nowMs = clock.nowMs();
  const standing = await table.get(refreshLeaseKey(grantId));
  const { owner: holder, untilMs, generation } = leaseOf(standing);
  if (holder !== nobody && untilMs > nowMs) return undefined;
  const lease = { owner, untilMs: nowMs + leaseMs, generation };
  const { applied } = await table.write({
    kind: "put",
    item: itemOf(grantId, lease),
    // As it was read: whoever came in between has changed one of the two.
    condition: standing
      ? [
          [
            ["owner", "=", holder],
            ["untilMs", "=", untilMs],
          ],
        ]
      : [[["pk", "absent"]]],
  });
  return applied ? lease : undefined;
}

/** Lets go, and says how many refreshes are saved now. A lease that has passed to somebody else is left. */
export async function releaseLease(
  { table }: LeaseDeps,
  grantId: GrantId,
  lease: RefreshLease,
): Promise<void> {
  await table.write({
    kind: "put",
    item: itemOf(grantId, { ...lease, owner: nobody }),
    condition: [
      [
        ["owner", "=", lease.owner],
        ["untilMs", "=", lease.untilMs],
      ],
    ],
  });
}

function itemOf(grantId: GrantId, lease: RefreshLease): Item {
  return { ...refreshLeaseKey(grantId), type: "refresh-lease", ...lease };
}

function leaseOf(item: Item | undefined): RefreshLease {
  return {
    owner: typeof item?.["owner"] === "string" ? item["owner"] : nobody,
    untilMs: Number(item?.["untilMs"] ?? 0),
    generation: Number(item?.["generation"] ?? 0),
  };
}
