import { pull } from "#functions/pull/pull.ts";
import { itemId, upserted, workItem } from "#shared/testing/facts.ts";

import { ToolHub } from "./tool-hub.ts";

/** A hub that has read "a" and "b" of its tool, and has found "b" out of sight since. */
export async function withOneHidden(): Promise<ToolHub> {
  const rig = await ToolHub.connected();
  rig.tool.records = [upserted(workItem("a")), upserted(workItem("b"))];
  await pull(rig.deps, rig.pullThings);
  rig.tool.records = rig.tool.records.slice(0, 1);
  rig.tool.presence.set(itemId("b"), "hidden");
  await pull(rig.deps, rig.reconcileThings);
  return rig;
}
