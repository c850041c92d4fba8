import { listQuarantined } from "#shared/store/connection-parts.ts";

import type { Run } from "../run.ts";
import { violated } from "../run.ts";
import { toolNames } from "../world/company.ts";

/** 2: what was acknowledged has been read to its end, or waits, or is among the dead, or in quarantine. */
export async function checkNoLoss(run: Run): Promise<void> {
  const { inbox, table } = run.host;
  const missing = [...run.network.acknowledged.keys()].filter((id) => !run.interpreted.has(id));
  if (missing.length === 0) return;
  const kept = new Set<string>();
  for (const body of inbox.bodies()) kept.add(deliveryIdIn(body));
  for (const name of toolNames) {
    const { connectionId } = run.company.sites[name].tool.spec;
    for (const { record } of await listQuarantined(table, connectionId)) kept.add(record);
  }
  for (const id of missing) {
    if (!kept.has(id)) violated(run, 2, `delivery ${id} was acknowledged, and is nowhere`);
  }
}

function deliveryIdIn(body: string): string {
  const parsed: unknown = JSON.parse(body);
  const isMessage = typeof parsed === "object" && parsed !== null && "deliveryId" in parsed;
  return isMessage ? String(parsed.deliveryId) : "";
}
