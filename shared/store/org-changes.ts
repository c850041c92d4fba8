import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import { readFactId } from "#shared/model/ids.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Item, Key, Table } from "#shared/ports/table.ts";

import { orgVersionKey } from "./keys.ts";

/** Longer lists are not worth keeping: whoever reads them had better read everything. */
const keysMax = 2000;
/** Readers that looked longer ago than this read everything anew. */
const keptHours = 24;
/** Writers that announce at one moment; more rounds than this mean a broken guard. */
const attemptsMax = 100;
/** Announcements read at once when looking for the latest. */
const stepSize = 20;

/** The sort key of facts themselves. */
const factSort = "0";

/** What changed with a version; numbers sort as text. */
function orgChangeKey(version: number): Key {
  return { pk: orgVersionKey.pk, sk: `change#${String(version).padStart(12, "0")}` };
}

/** One announcement: what is other since, or, without keys, that everything may be. */
export interface OrgChange {
  readonly atMs: number;
  readonly keys: readonly Key[] | undefined;
}

const Entry = z.object({
  atMs: z.number(),
  /** Native ids of facts, a space between them, under what their ids begin with. */
  facts: z.record(z.string(), z.string()).optional(),
  /** Whole keys of what stands beside facts. */
  others: z.array(z.tuple([z.string(), z.string()])).optional(),
});
type Entry = z.infer<typeof Entry>;

/**
 * Tells every reader that people, accounts, units, memberships or matches are others now, and which, so
 * that they read these and not a whole company. Call it after the change is stored. Without `keys`
 * readers look at everything.
 */
export async function announceOrgChange(
  table: Table,
  clock: Clock,
  keys?: readonly Key[],
): Promise<void> {
  if (keys?.length === 0) return;
  const atMs = clock.nowMs();
  const entry: Entry = { atMs, ...(keys && keys.length <= keysMax && packed(keys)) };
  // Entries have no gaps: each takes the first free number, and the version never falls behind one
  // whose writer came so far. One that was placed by a writer who died is read with the next.
  let version = versionOf(await table.get(orgVersionKey));
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    version += 1;
    if (!(await place(table, version, entry))) continue;
    const item: Item = { ...orgVersionKey, type: "org-version", version, changedAtMs: atMs };
    const condition = [[["pk", "absent"]], [["version", "<", version]]] as const;
    await table.write({ kind: "put", item, condition });
    return;
  }
  throw new HubError("store.unavailable", "The organisation changes faster than can be announced");
}

export function versionOf(item: Item | undefined): number {
  return Number(item?.["version"] ?? 0);
}

async function place(table: Table, version: number, entry: Entry): Promise<boolean> {
  const { facts, others } = entry;
  const item: Item = {
    ...orgChangeKey(version),
    type: "org-change",
    atMs: entry.atMs,
    ...(facts && { facts }),
    ...(others && { others }),
    expiresAtEpochSeconds: Math.floor(entry.atMs / 1000) + keptHours * 3600,
  };
  return (await table.write({ kind: "put", item, condition: [[["pk", "absent"]]] })).applied;
}

/** The announcements of these versions, both included; undefined where one is no longer kept. */
export async function readOrgChanges(
  table: Table,
  first: number,
  last: number,
): Promise<readonly OrgChange[] | undefined> {
  const changes = await read(table, first, last);
  return changes.length < last - first + 1 ? undefined : changes;
}

/** Announcements up to this version that were made after a moment: what is no longer kept was not. */
export async function orgChangesSince(
  table: Table,
  last: number,
  sinceMs: number,
): Promise<readonly OrgChange[]> {
  const found: OrgChange[] = [];
  for (let end = last; end > 0; end -= stepSize) {
    const changes = await read(table, Math.max(1, end - stepSize + 1), end);
    const late = changes.filter(({ atMs }) => atMs > sinceMs);
    found.push(...late);
    if (late.length < stepSize) break;
  }
  return found;
}

async function read(table: Table, first: number, last: number): Promise<readonly OrgChange[]> {
  const keys = Array.from({ length: last - first + 1 }, (_, at) => orgChangeKey(first + at));
  return (await table.batchGet(keys)).map(changeOf);
}

/** Whatever it names: who meets it reads everything. */
function unreadChange({ atMs }: Item): OrgChange {
  return { atMs: typeof atMs === "number" ? atMs : 0, keys: undefined };
}

function changeOf(item: Item): OrgChange {
  const entry = Entry.safeParse(item).data;
  if (!entry) return unreadChange(item);
  const { atMs, facts, others } = entry;
  return { atMs, keys: facts || others ? unpacked({ atMs, facts, others }) : undefined };
}

function packed(keys: readonly Key[]): Pick<Entry, "facts" | "others"> {
  const facts: Record<string, string> = {};
  const others: [string, string][] = [];
  for (const { pk, sk } of keys) {
    const native = readFactId(pk)?.nativeId;
    if (native === undefined || sk !== factSort) {
      others.push([pk, sk]);
      continue;
    }
    const prefix = pk.slice(0, pk.length - native.length);
    facts[prefix] = facts[prefix] === undefined ? native : `${facts[prefix]} ${native}`;
  }
  return { facts, others };
}

function unpacked({ facts = {}, others = [] }: Entry): readonly Key[] {
  return [
    ...Object.entries(facts).flatMap(([prefix, natives]) =>
      natives.split(" ").map((native) => ({ pk: `${prefix}${native}`, sk: factSort })),
    ),
    ...others.map(([pk, sk]) => ({ pk, sk })),
  ];
}
