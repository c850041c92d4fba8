import type { IndexName, Item, Key, QueryRequest, Table, Write } from "#shared/ports/table.ts";
import { indexes } from "#shared/ports/table.ts";

import type { Random } from "../random.ts";
import type { Fuse } from "./fuse.ts";
import { nameOf } from "./ports.ts";

/** One partition of the table, or of an index. */
export interface Partition {
  readonly of: IndexName | "table";
  readonly key: string;
}

type Use = "read" | "written";

export interface Heat {
  /** Absent: the first partition in which a fact, signal, alert or mailbox is written from now on. */
  readonly partition: Partition | undefined;
  readonly untilMs: number;
  /** Of the operations that touch it, so many are refused. */
  readonly share: number;
  readonly random: Random;
  /** Told of the first read and of the first write that is refused. */
  readonly onMet: (use: Use) => void;
}

/**
 * A partition that is asked for more than it can give, while the rest of the table answers. What touches it
 * is not done, and fails as the port promises once the adapter has asked as often as it does. An index that
 * cannot follow refuses what is written into it as well.
 */
export class HotKeys {
  #heat: Heat | undefined;
  #partition: Partition | undefined;
  readonly #met = new Set<Use>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** One at a time: the latest. */
  begin(heat: Heat): void {
    this.#heat = heat;
    this.#partition = heat.partition;
    this.#met.clear();
  }

  end(): void {
    this.#heat = undefined;
  }

  /** The table as an invocation meets it. */
  over(table: Table, fuse: Fuse): Table {
    const stop = (name: string, use: Use, isTouched: (hot: Partition) => boolean) =>
      this.#heat !== undefined && this.#refuses(use, isTouched)
        ? Promise.reject(fuse.refuse("hot key", name))
        : undefined;
    const stopKeys = (name: string, use: Use, keys: readonly Key[]) =>
      stop(name, use, (hot) => isAmong(keys, hot));
    const stopWrites = (name: "write" | "transact", writes: readonly Write[]) => {
      if (this.#heat === undefined) return undefined;
      this.#partition ??= partitionIn(writes);
      const isTouched = (hot: Partition) => writes.some((one) => isWrittenTo(one, hot));
      return stop(nameOf(name, writes[0]), "written", isTouched);
    };
    return {
      get: (key) => stopKeys("table.get", "read", [key]) ?? table.get(key),
      batchGet: (keys) => stopKeys("table.batchGet", "read", keys) ?? table.batchGet(keys),
      query: (request) =>
        stop("table.query", "read", (hot) => isAsked(request, hot)) ?? table.query(request),
      // It comes by every partition.
      scan: (request) =>
        stop("table.scan", "read", ({ of }) => of === "table") ?? table.scan(request),
      write: (one) => stopWrites("write", [one]) ?? table.write(one),
      transact: (all) => stopWrites("transact", all) ?? table.transact(all),
      add: (key, amounts, set) =>
        stopKeys("table.add", "written", [key]) ?? table.add(key, amounts, set),
      usage: () => table.usage(),
    };
  }

  #refuses(use: Use, isTouched: (hot: Partition) => boolean): boolean {
    const [heat, hot] = [this.#heat, this.#partition];
    if (heat === undefined || hot === undefined) return false;
    if (this.#nowMs() >= heat.untilMs) {
      this.end();
      return false;
    }
    if (!isTouched(hot) || heat.random() >= heat.share) return false;
    if (!this.#met.has(use)) heat.onMet(use);
    this.#met.add(use);
    return true;
  }
}

const busyTypes: ReadonlySet<unknown> = new Set([
  "work-item",
  "goal",
  "signal",
  "alert",
  "mailbox",
]);

function partitionIn(writes: readonly Write[]): Partition | undefined {
  const puts = writes.flatMap((one) => (one.kind === "put" ? one.item : []));
  const busy = puts.find((item) => busyTypes.has(item["type"]));
  return busy && { of: "table", key: busy.pk };
}

function isAmong(keys: readonly Key[], { of, key }: Partition): boolean {
  return of === "table" && keys.some(({ pk }) => pk === key);
}

function isAsked({ index, partition }: QueryRequest, { of, key }: Partition): boolean {
  return of === (index ?? "table") && key === partition;
}

function isWrittenTo(write: Write, { of, key }: Partition): boolean {
  if (of === "table") return (write.kind === "put" ? write.item : write.key).pk === key;
  return write.kind === "put" && write.item[indexes[of].partition] === key;
}

/** The partitions of the table or of an index, each with how many of these items are in it. */
export function partitionsOf(
  items: readonly Item[],
  of: Partition["of"],
): ReadonlyMap<string, number> {
  const attribute = of === "table" ? "pk" : indexes[of].partition;
  const sizes = new Map<string, number>();
  for (const item of items) {
    const key = item[attribute];
    if (typeof key === "string") sizes.set(key, (sizes.get(key) ?? 0) + 1);
  }
  return sizes;
}
