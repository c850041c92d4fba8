import { listQuarantined } from "#shared/store/connection-parts.ts";

import type { Run } from "../run.ts";
import { violated } from "../run.ts";
import { toolNames } from "../world/company.ts";
import { isLeftAlone } from "./left-alone.ts";

/** 6: a record that cannot be understood is in quarantine with its reason. The others of its page are 1's. */
export async function checkPoison(run: Run, forMinutes: number): Promise<void> {
  for (const name of toolNames) {
    if (run.troubled.has(name)) continue;
    const { tool } = run.company.sites[name];
    const poisoned = [...tool.records.values()].filter(
      (record) => record.poison !== undefined && isLeftAlone(run, record, forMinutes),
    );
    if (poisoned.length === 0) continue;
    run.met.add("poison record", poisoned.length);
    const kept = await listQuarantined(run.host.table, tool.spec.connectionId);
    for (const record of poisoned) {
      const entry = kept.find(
        (one) => one.record === record.id || one.factId === tool.idOf(record),
      );
      if (!entry)
        violated(run, 6, `${tool.idOf(record)} cannot be understood, and is not in quarantine`);
      else if (entry.reason.length < 5) violated(run, 6, `${tool.idOf(record)} has no reason`);
    }
  }
}
