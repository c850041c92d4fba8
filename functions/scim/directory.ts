import { isDeepStrictEqual } from "node:util";

import type { Connection } from "#shared/model/connection.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { KeptRecord } from "#shared/ports/kept-records.ts";
import type { Logger } from "#shared/ports/logger.ts";
import type { Queue } from "#shared/ports/queue.ts";
import type { Table } from "#shared/ports/table.ts";
import { KeptRecordStore } from "#shared/store/kept-records.ts";
import type { Lookup } from "#shared/store/kept-records.ts";

import { plain } from "./bodies.ts";
import type { GroupBody, UserBody } from "./bodies.ts";
import { ScimError, notFound } from "./scim-error.ts";

export interface ScimDeps {
  readonly table: Table;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly inbox: Queue;
  /** `length` characters of [0-9a-z], unpredictable. */
  readonly random: (length: number) => string;
  /** Where the world reaches the hub, without a slash at the end. */
  readonly publicUrl: string;
}

/** One connection's directory, for one request. */
export interface Directory {
  readonly deps: ScimDeps;
  readonly connection: Connection;
  readonly store: KeptRecordStore;
}

export function openDirectory(deps: ScimDeps, connection: Connection): Directory {
  return { deps, connection, store: new KeptRecordStore(deps, connection.id) };
}

const idPattern = /^[0-9a-z]{24}$/u;

export function newId({ deps }: Directory): string {
  return deps.random(24);
}

/** Throws `ScimError` 404 for what is not there, or never could be. */
export async function load(
  { store }: Directory,
  collection: string,
  id: string,
): Promise<KeptRecord> {
  const record = idPattern.test(id) ? await store.get(collection, id) : undefined;
  if (!record) throw notFound();
  return record;
}

/** Ids that could be ours; a foreign one is not worth a question, and may be too long for a key. */
export function plausible(ids: Iterable<string>): readonly string[] {
  return [...new Set(ids)].filter((id) => idPattern.test(id));
}

/** Somebody else changes the same record this often only if something goes in circles. */
const roundsMax = 20;

interface Change<Body> {
  readonly collection: string;
  readonly id: string;
  /** The versions that the client accepts; absent: any. */
  readonly ifMatch?: string | undefined;
  readonly read: (record: KeptRecord) => { readonly record: KeptRecord; readonly body: Body };
  readonly lookups: (body: Body) => readonly Lookup[];
  readonly change: (body: Body) => Body;
}

/**
 * Reads a record, decides and stores until it holds. What is the same afterwards is not written. Throws
 * `ScimError`: 404, 409 where a value that must be unique is taken, 412 for another version.
 */
export async function changeRecord<Body extends UserBody | GroupBody>(
  directory: Directory,
  { collection, id, ifMatch, read, lookups, change }: Change<Body>,
): Promise<{ readonly record: KeptRecord; readonly body: Body }> {
  for (let round = 0; round < roundsMax; round += 1) {
    const before = read(await load(directory, collection, id));
    assertMatch(before.record, ifMatch);
    const body = change(before.body);
    if (isDeepStrictEqual(body, before.body)) return before;
    const next = { id, body: plain(body), lookups: lookups(body) };
    const put = await directory.store.put(collection, next, before.record);
    if (put.outcome === "stored") return { record: put.record, body };
    if (put.outcome === "taken") throw taken(put.attribute);
  }
  throw new ScimError(503, "Others are changing this resource: try again");
}

export function taken(attribute: string): ScimError {
  return new ScimError(409, `Another resource has this ${attribute}`, "uniqueness");
}

/** A weak entity tag: two answers of one revision mean the same (RFC 7644, section 3.14). */
export function versionOf({ revision }: KeptRecord): string {
  return `W/"${revision}"`;
}

/** Throws `ScimError` 412 where the client has another version than stands here. */
export function assertMatch(record: KeptRecord, ifMatch: string | undefined): void {
  if (ifMatch === undefined || namesVersion(ifMatch, record)) return;
  throw new ScimError(412, "The resource has another version by now: read it again");
}

export function namesVersion(header: string, record: KeptRecord): boolean {
  const weak = (tag: string) => tag.trim().replace(/^W\//u, "");
  const own = weak(versionOf(record));
  return header.split(",").some((tag) => tag.trim() === "*" || weak(tag) === own);
}
