import type { ConsumedCapacity } from "@aws-sdk/client-dynamodb";

import { itemBytes } from "#shared/ports/item-size.ts";
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
  return unitsOfBytes(Math.max(sizeOf(before), sizeOf(after)));
}

/** Units of one write of this many bytes. */
export function unitsOfBytes(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / writeUnitBytes));
}

function sizeOf(item: Item | undefined): number {
  return item === undefined ? 0 : itemBytes(item);
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
  for (const name of names) {
    if (!Object.hasOwn(right, name)) return false;
    if (!sameJson(memberOf(left, name), memberOf(right, name))) return false;
  }
  return true;
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
