import type { ConsumedCapacity } from "@aws-sdk/client-dynamodb";

import { itemBytes } from "#shared/ports/item-size.ts";
import { indexes } from "#shared/ports/table.ts";
import type { Item, Json, Usage } from "#shared/ports/table.ts";

// docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html, 2026-11
const readUnitBytes = 4096;
const writeUnitBytes = 1024;
/** A transaction prepares and commits each write. Index writes follow later and are not doubled. */
export const transactFactor = 2;

/** Units of one read of this many bytes in all; reading nothing costs the smallest read. */
export function readUnits(bytes: number, consistent: boolean): number {
  return Math.max(1, Math.ceil(bytes / readUnitBytes)) * (consistent ? 1 : 0.5);
}

/** Units of a write to the table, billed by the larger of the two images, applied or refused. */
export function writeUnits(before: Item | undefined, after: Item | undefined): number {
  return unitsOf(Math.max(sizeOf(before), sizeOf(after)));
}

/** Units of all index writes that a change of one item causes. */
export function indexWriteUnits(before: Item | undefined, after: Item | undefined): number {
  let units = 0;
  for (const index of Object.values(indexes)) {
    units += entryWriteUnits(entryOf(index, before), entryOf(index, after), index);
  }
  return units;
}

type Index = (typeof indexes)[keyof typeof indexes];
type Entry = Readonly<Record<string, Json>>;

/** What the index holds of an item: undefined when one of its keys is absent. */
export function entryOf(index: Index, item: Item | undefined): Entry | undefined {
  const partition = item?.[index.partition];
  const sort = item?.[index.sort];
  if (item === undefined || partition === undefined || sort === undefined) return undefined;
  if (index.projection === "ALL") return item;
  const entry: Record<string, Json> = {
    pk: item.pk,
    sk: item.sk,
    [index.partition]: partition,
    [index.sort]: sort,
  };
  if (index.projection === "KEYS_ONLY") return entry;
  for (const name of index.projection) {
    const value = item[name];
    if (value !== undefined) entry[name] = value;
  }
  return entry;
}

/** A moved entry is a delete and a put; one in place is one write; an unchanged one costs nothing. */
function entryWriteUnits(
  before: Entry | undefined,
  after: Entry | undefined,
  index: Index,
): number {
  if (before === undefined && after === undefined) return 0;
  if (before === undefined || after === undefined) return unitsOf(sizeOf(before ?? after));
  const moved =
    before[index.partition] !== after[index.partition] || before[index.sort] !== after[index.sort];
  if (moved) return unitsOf(sizeOf(before)) + unitsOf(sizeOf(after));
  return sameJson(before, after) ? 0 : unitsOf(Math.max(sizeOf(before), sizeOf(after)));
}

function unitsOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / writeUnitBytes));
}

function sizeOf(entry: Entry | undefined): number {
  return entry === undefined ? 0 : itemBytes(entry);
}

/** Deep equality of plain data; the order of names does not count. */
export function sameJson(left: Json | undefined, right: Json | undefined): boolean {
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) {
    return false;
  }
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const names = Object.keys(left);
  if (names.length !== Object.keys(right).length) return false;
  return names.every(
    (name) => Object.hasOwn(right, name) && sameJson(memberOf(left, name), memberOf(right, name)),
  );
}

/** Own names of a list or map of plain data lead to plain data. */
function memberOf(container: object, name: string): Json | undefined {
  return (container as Readonly<Record<string, Json>>)[name];
}

/** A running total of billed units. */
export interface UnitMeter {
  countRead(units: number): void;
  countWrite(units: number, indexUnits: number): void;
  /** Adds the figures that the server returns under `ReturnConsumedCapacity: INDEXES`. */
  countServed(kind: "read" | "write", consumed: readonly ConsumedCapacity[]): void;
  usage(): Usage;
}

export function createUnitMeter(): UnitMeter {
  let read = 0;
  let write = 0;
  let indexWrite = 0;
  return {
    countRead: (units) => {
      read += units;
    },
    countWrite: (units, indexUnits) => {
      write += units;
      indexWrite += indexUnits;
    },
    countServed: (kind, consumed) => {
      for (const { CapacityUnits: total = 0, Table: table } of consumed) {
        const ofTable = table?.CapacityUnits ?? total;
        if (kind === "read") read += total;
        else {
          write += ofTable;
          indexWrite += total - ofTable;
        }
      }
    },
    usage: () => ({ readUnits: read, writeUnits: write, indexWriteUnits: indexWrite }),
  };
}
