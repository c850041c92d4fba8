import type { SignalId } from "#shared/model/ids.ts";
import { signalId } from "#shared/model/ids.ts";
import type { Signal } from "#shared/model/signal.ts";
import type { Table } from "#shared/ports/table.ts";
import { createDocument, readDocument, replaceDocument } from "#shared/store/documents.ts";
import { factKey } from "#shared/store/keys.ts";
import { SetAside } from "#shared/store/set-aside.ts";
import { signalSpec } from "#shared/store/specs.ts";

import type { Subject } from "./evaluate-subjects.ts";

/** Signals as they were read or written last; undefined where none stood. */
export type Held = ReadonlyMap<SignalId, Signal | undefined>;

/** Of the signal of a rule about its subject. */
export function idOf({ active, id }: Subject): SignalId {
  return signalId(active.rule.name, id);
}

export async function readSignals(
  table: Table,
  subjects: readonly Subject[],
  setAside: SetAside = new SetAside(),
): Promise<ReadonlyMap<SignalId, Signal>> {
  const keys = subjects.map((one) => factKey(idOf(one)));
  const items = keys.length === 0 ? [] : await table.batchGet(keys);
  const signals = items.flatMap(
    (item) => setAside.read(item, (one) => readDocument(signalSpec, one)) ?? [],
  );
  return new Map(signals.map((signal) => [signal.id, signal]));
}

/** Whether it was written; not where somebody else wrote it since it was read. */
export async function writeSignal(
  table: Table,
  stored: Signal | undefined,
  next: Signal,
): Promise<boolean> {
  if (!stored) return createDocument(table, signalSpec, next);
  return (await replaceDocument(table, signalSpec, stored, next)) !== undefined;
}
