import { expect, test } from "vitest";

import { topology } from "#infra/topology.ts";
import { HubError } from "#shared/errors.ts";
import { signalId } from "#shared/model/ids.ts";
import { hourMs, minuteMs } from "#shared/model/time.ts";
import type { Table } from "#shared/ports/table.ts";
import { replaceDocument } from "#shared/store/documents.ts";
import { factKey } from "#shared/store/keys.ts";
import { listSelfChecks } from "#shared/store/self-checks.ts";
import {
  askForRecompute,
  readWantedRecompute,
  wantedRecomputeSpec,
} from "#shared/store/wanted-recompute.ts";
import { itemId, upserted, workItem } from "#shared/testing/facts.ts";

import { MemoryHub } from "../../tests/rig/memory-hub.ts";
import { passMs } from "./handler.ts";

/** A pass mends so many at once. */
const batchSize = 1000;
/** Three rounds of mending. */
const many = 2100;
const few = 3;

const namesOf = (count: number) => Array.from({ length: count }, (_, at) => `i${at}`);

/** What befalls the table's calls. */
interface Troubles {
  /** How long each look at as many signals takes as a pass mends at once. */
  lookMs?: number;
  /** Writes of signals before one fails. */
  writesUntilCrash?: number;
  /** Somebody else always writes a signal first. */
  isOvertaken?: boolean;
}

function troubled(table: Table, troubles: Troubles, hub: () => MemoryHub): Table {
  return {
    ...table,
    batchGet: async (keys) => {
      if (keys.length >= batchSize && troubles.lookMs !== undefined)
        hub().clock.advance(troubles.lookMs);
      return table.batchGet(keys);
    },
    write: async (write) => {
      if (write.kind !== "put" || write.item["type"] !== "signal") return table.write(write);
      if (troubles.isOvertaken === true) return { applied: false, current: undefined };
      if (troubles.writesUntilCrash !== undefined && (troubles.writesUntilCrash -= 1) < 0) {
        throw new HubError("store.unavailable", "The process was ended");
      }
      return table.write(write);
    },
  };
}

/** A hub where a rule was switched on that finds many unlinked things; nobody has heard of it yet. */
async function withUnlinked(
  count: number,
): Promise<{ readonly hub: MemoryHub; readonly troubles: Troubles }> {
  const troubles: Troubles = {};
  const hub: MemoryHub = await MemoryHub.ready((table) => troubled(table, troubles, () => hub));
  await hub.setRule("unlinked-work", { isEnabled: false });
  await hub.apply(...namesOf(count).map((name) => upserted(workItem(name))));
  hub.logs.length = 0;
  await hub.setRule("unlinked-work");
  return { hub, troubles };
}

const linesOf = ({ logs }: MemoryHub, name: string) => logs.filter(({ event }) => event === name);
const remainingOf = (hub: MemoryHub) =>
  linesOf(hub, "detect.recomputed").map(({ fields }) => fields?.["remaining"]);

async function isRight(hub: MemoryHub, count = many): Promise<void> {
  expect(await hub.openSignals()).toHaveLength(count);
  expect(await hub.drift()).toBe(0);
  expect(await readWantedRecompute(hub.table)).toMatchObject({ state: "done" });
}

test("a pass that time cuts off is handed on by the stream, until everything is right", async () => {
  const { hub, troubles } = await withUnlinked(many);
  troubles.lookMs = 2 * passMs;
  await hub.settle();
  expect(remainingOf(hub)).toEqual([1100, 100, 0]);
  await isRight(hub);
});

test("a crash in the middle of it loses nothing: its record is repeated, and the pass goes on", async () => {
  const { hub, troubles } = await withUnlinked(many);
  troubles.lookMs = 2 * passMs;
  troubles.writesUntilCrash = 1500;
  await expect(hub.settle()).rejects.toThrow("was ended");
  expect(await readWantedRecompute(hub.table)).toMatchObject({ state: "running" });
  delete troubles.writesUntilCrash;
  await hub.redeliver();
  await isRight(hub);
});

test("one that gets no further though much differs ends with a word, not in a loop", async () => {
  const { hub, troubles } = await withUnlinked(many);
  Object.assign(troubles, { lookMs: 2 * passMs, isOvertaken: true });
  await hub.settle();
  expect(remainingOf(hub)).toEqual([1100]);
  expect(linesOf(hub, "detect.recompute-stalled")).toMatchObject([{ fields: { remaining: 1100 } }]);
});

test("its time leaves a third of the function's for what is begun", () => {
  expect(passMs).toBeLessThanOrEqual((topology.functions.detect.timeoutSeconds * 1000 * 2) / 3);
});

test.each([1, 100])("many changes of everything, %d to a batch, are one pass", async (size) => {
  const hub = await MemoryHub.ready();
  hub.logs.length = 0;
  for (let at = 0; at < 20; at += 1) {
    await hub.setRule("unlinked-work", { graceMinutes: at });
    await hub.setRule("blocked-across-boundary", { graceMinutes: at });
  }
  await hub.settle(size);
  expect(remainingOf(hub)).toEqual([0]);
});

test("whoever asks while a pass runs is served by another: that one may have read already", async () => {
  const { hub } = await withUnlinked(few);
  await hub.settle();
  const ask = () => askForRecompute(hub.table, hub.clock.now());
  await ask();
  const wanted = await readWantedRecompute(hub.table);
  if (!wanted) throw new Error("It is wanted");
  await replaceDocument(hub.table, wantedRecomputeSpec, wanted, { ...wanted, state: "running" });
  await ask();
  await ask();
  expect(await readWantedRecompute(hub.table)).toMatchObject({
    state: "wanted",
    revision: wanted.revision + 2,
  });
});

test("one whose record the stream gave up is asked for anew by whoever comes later", async () => {
  const { hub } = await withUnlinked(few);
  const revision = async () => {
    await askForRecompute(hub.table, hub.clock.now());
    return (await readWantedRecompute(hub.table))?.revision ?? 0;
  };
  const first = await revision();
  expect(await revision()).toBe(first);
  hub.clock.advance(hourMs);
  expect(await revision()).toBe(first + 1);
});

test("one that nobody carried out the self-check does, and what it finds then is no drift", async () => {
  const { hub } = await withUnlinked(few);
  await askForRecompute(hub.table, hub.clock.now());
  hub.clock.advance(10 * minuteMs);
  await hub.tickDetect();
  const [run] = await listSelfChecks(hub.table);
  expect(run?.result).toMatchObject({ opened: few, expected: few, drift: 0 });
  await isRight(hub, few);
});

test("one that cannot be read is no hindrance to the next", async () => {
  const { hub } = await withUnlinked(few);
  const item = { pk: "recompute", sk: "wanted", type: "recompute", state: "?" };
  await hub.table.write({ kind: "put", item, condition: [] });
  await hub.settle();
  expect(await hub.openSignals()).toHaveLength(few);
  await isRight(hub, few);
});

test("a self-check that time cuts off says what remains, and a recompute goes on with that", async () => {
  const { hub, troubles } = await withUnlinked(many);
  await hub.settle();
  for (const name of namesOf(many)) {
    const key = factKey(signalId("unlinked-work", itemId(name)));
    await hub.table.write({ kind: "delete", key, condition: [] });
  }
  hub.loseRecords();
  hub.clock.advance(10 * minuteMs);
  troubles.lookMs = 2 * passMs;
  await hub.tickDetect();
  const [run] = await listSelfChecks(hub.table);
  expect(run?.result).toMatchObject({ opened: 1000, drift: 1000, remaining: 1100 });
  await isRight(hub);
});
