import type * as z from "zod";

import { HubError } from "#shared/errors.ts";
import type { Item, Key, Table, Write } from "#shared/ports/table.ts";

import { fromItem, toAttributes } from "./codec.ts";
import { queryAll } from "./list.ts";
import { SetAside } from "./set-aside.ts";

/** A thing born in the hub: one item, optimistically locked by `revision`. */
interface Versioned {
  readonly revision: number;
}

/** A document as its verbs make it: the revision is the store's business. */
export type Unversioned<T extends Versioned> = Omit<T, "revision">;

/** How one kind of hub-born thing is kept: its schema, its key, its place in the `list` index. */
export interface DocumentSpec<T extends Versioned> {
  readonly schema: z.ZodType<T>;
  readonly key: (value: T) => Key;
  readonly list?: (value: T) => { readonly lpk: string; readonly lsk: string } | undefined;
  readonly expiresAtEpochSeconds?: (value: T) => number | undefined;
  /** Leaves out of the item what it has no room for. */
  readonly trim?: (item: Item) => Item;
}

function itemOf<T extends Versioned>(spec: DocumentSpec<T>, value: T): Item {
  const expires = spec.expiresAtEpochSeconds?.(value);
  const item: Item = {
    ...toAttributes(value as unknown as Record<string, unknown>),
    ...spec.list?.(value),
    ...(expires !== undefined && { expiresAtEpochSeconds: expires }),
    ...spec.key(value),
  };
  return spec.trim?.(item) ?? item;
}

export function readDocument<T extends Versioned>(spec: DocumentSpec<T>, item: Item): T {
  return fromItem(spec.schema, item);
}

export async function getDocument<T extends Versioned>(
  table: Table,
  spec: DocumentSpec<T>,
  key: Key,
): Promise<T | undefined> {
  const item = await table.get(key);
  return item && readDocument(spec, item);
}

/** All of a list that can be read; one that cannot is put aside, and the others go on. */
export async function listDocuments<T extends Versioned>(
  table: Table,
  spec: DocumentSpec<T>,
  list: string,
  setAside: SetAside = new SetAside(),
): Promise<T[]> {
  const items = await queryAll(table, { index: "list", partition: list });
  return items.flatMap((item) => setAside.read(item, (one) => readDocument(spec, one)) ?? []);
}

/** The write that creates a document, for a transaction. */
export function creationOf<T extends Versioned>(
  spec: DocumentSpec<T>,
  value: T,
): Extract<Write, { kind: "put" }> {
  return { kind: "put", item: itemOf(spec, value), condition: [[["pk", "absent"]]] };
}

/** The write that replaces `before` by `after` with the next revision, for a transaction. */
export function replacementOf<T extends Versioned>(
  spec: DocumentSpec<T>,
  before: T,
  after: Unversioned<T>,
): { readonly write: Write; readonly next: T } {
  // The spread keeps every field of T but the revision, which is set right here.
  const next = { ...after, revision: before.revision + 1 } as unknown as T;
  const condition = [[["revision", "=", before.revision] as const]];
  return { write: { kind: "put", item: itemOf(spec, next), condition }, next };
}

/** Creates; false when one already stands under the key. */
export async function createDocument<T extends Versioned>(
  table: Table,
  spec: DocumentSpec<T>,
  value: T,
): Promise<boolean> {
  return (await table.write(creationOf(spec, value))).applied;
}

/**
 * Replaces `before` by `after` with the next revision. Returns the stored value, or undefined when
 * somebody else changed it since it was read: the caller reads again and decides anew.
 */
export async function replaceDocument<T extends Versioned>(
  table: Table,
  spec: DocumentSpec<T>,
  before: T,
  after: Unversioned<T>,
): Promise<T | undefined> {
  const { write, next } = replacementOf(spec, before, after);
  return (await table.write(write)).applied ? next : undefined;
}

const roundsMax = 10;

/**
 * Reads, decides and replaces until it holds. `change` returns the new value, or undefined to leave
 * it. Returns what stands afterwards; throws `entity.not-found` when there is nothing under the key.
 */
export async function updateDocument<T extends Versioned>(
  table: Table,
  spec: DocumentSpec<T>,
  key: Key,
  change: (current: T) => Unversioned<T> | undefined,
): Promise<T> {
  for (let round = 0; round < roundsMax; round += 1) {
    const current = await getDocument(table, spec, key);
    if (!current) throw new HubError("entity.not-found", `There is nothing under ${key.pk}`);
    const wanted = change(current);
    if (wanted === undefined) return current;
    const stored = await replaceDocument(table, spec, current, wanted);
    if (stored) return stored;
  }
  throw new HubError("entity.conflict", `${key.pk} is being changed by others: try again`);
}
