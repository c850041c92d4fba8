import { expect, test } from "vitest";

import { HubError } from "#shared/errors.ts";
import type { Table, Write } from "#shared/ports/table.ts";
import { upserted, workItem } from "#shared/testing/facts.ts";

import { MemoryHub } from "../../tests/rig/memory-hub.ts";

function isSignal(write: Write): boolean {
  return write.kind === "put" && write.item["type"] === "signal";
}

/** Of the signals that are written side by side, one is refused at once and the other takes its time. */
function refusingAndSlow(table: Table, ended: string[]): Table {
  let signals = 0;
  return {
    ...table,
    write: async (write) => {
      if (!isSignal(write)) return table.write(write);
      signals += 1;
      if (signals === 1) {
        ended.push("refused");
        throw new HubError("store.unavailable", "The table does not answer");
      }
      // Many turns later, as an answer of the network comes.
      for (let turn = 0; turn < 100; turn += 1) await Promise.resolve();
      const outcome = await table.write(write);
      ended.push("written");
      return outcome;
    },
  };
}

test("a batch that fails has ended with all its writes: none comes after whoever repeats it has looked", async () => {
  const ended: string[] = [];
  const hub = await MemoryHub.ready((table) => refusingAndSlow(table, ended));
  const applied = hub.apply(upserted(workItem("a")), upserted(workItem("b")));
  await expect(applied).rejects.toMatchObject({ code: "store.unavailable" });
  expect(ended).toEqual(["refused", "written"]);
});
