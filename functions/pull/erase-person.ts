import * as z from "zod";

import { identifiersOf } from "#shared/graph/identifiers.ts";
import { People } from "#shared/graph/people.ts";
import type { PersonId } from "#shared/model/ids.ts";
import { readFactId } from "#shared/model/ids.ts";
import type { Condition, Item, Write } from "#shared/ports/table.ts";
import { erasureReceiptKey, erasureRunKey } from "#shared/store/erasure-keys.ts";
import { rememberErased } from "#shared/store/erasures.ts";
import { scanEach } from "#shared/store/list.ts";
import { announceOrgChange } from "#shared/store/org-changes.ts";
import { readOrgParts } from "#shared/store/org-parts.ts";
import { Needles, itemMentions, redactedItem } from "#shared/store/redact.ts";

import type { PullDeps } from "./deps.ts";

type EraseDeps = Pick<PullDeps, "table" | "clock" | "logger" | "random">;

/** Scans until one finds nothing: what was on its way into the table at first is found by a later one. */
const roundsMax = 5;
/** Native ids shorter than this are numbers that stand for anything. */
const nativeIdLengthMin = 8;

/** What would say nothing without the mention: it goes whole, as does all that stands under their ids. */
const personalTypes: ReadonlySet<unknown> = new Set([
  "match",
  "membership",
  "same-person",
  "quarantined",
  "key-alias",
  "kept-lookup",
]);
/** What the hub could not work without; its admin must change it, and the receipt says how many. */
const workingTypes: ReadonlySet<unknown> = new Set([
  "connection",
  "grant",
  "subscription",
  "cursor",
  "consent-attempt",
]);

const runType = "erasure-run";

/** What an erasure did, in numbers. */
export interface Erased {
  readonly removed: number;
  readonly redacted: number;
  /** Items that name them and that only an admin can change: a connection that signs in as them. */
  readonly left: number;
}

/** Where the hub itself says in words for whom somebody was told: "for Ann Lee (away today)". */
const worded: ReadonlySet<unknown> = new Set(["notification", "dispatch"]);

/**
 * Erases a human: all their records and accounts, every mention of these by id or address, and leaves
 * digests by which they are kept out from now on. Repeating it after a crash goes on where it stopped.
 * Titles and names in the tools' own texts are theirs and are not searched for names; in the hub's own words
 * about who is told of an alert, and for whom, names are looked for too.
 */
export async function erasePerson(deps: EraseDeps, personId: PersonId): Promise<Erased> {
  const { identifiers, names } = await beginRun(deps, personId);
  await rememberErased(deps.table, identifiers, deps.clock.now());
  const natives = identifiers.flatMap((id) => readFactId(id)?.nativeId ?? []);
  const needles = new Needles([
    ...identifiers,
    ...natives.filter((native) => native.length >= nativeIdLengthMin),
  ]);
  const wanted: Wanted = { needles, names: names.length > 0 ? new Needles(names) : undefined };
  const total = { removed: 0, redacted: 0, left: 0 };
  for (let round = 0; round < roundsMax; round += 1) {
    const done = await strike(deps, wanted);
    total.removed += done.removed;
    total.redacted += done.redacted;
    total.left = done.left;
    if (done.removed + done.redacted === 0) break;
  }
  await announceOrgChange(deps.table, deps.clock);
  await writeReceipt(deps, total);
  await deps.table.write({ kind: "delete", key: erasureRunKey(personId), condition: [] });
  deps.logger.info("person.erased", { ...total });
  return total;
}

/**
 * What to look for, kept until the end: after a crash half of the records are gone, and with them what
 * they told of the others.
 */
async function beginRun(deps: EraseDeps, personId: PersonId): Promise<z.infer<typeof Run>> {
  const key = erasureRunKey(personId);
  const begun = Run.safeParse(await deps.table.get(key));
  const people = new People(await readOrgParts(deps.table));
  const known = begun.success ? begun.data : { identifiers: [], names: [] };
  const identifiers = [...new Set([...known.identifiers, ...identifiersOf(people, personId)])];
  const human = people.canonical(personId);
  const records = [...people.records()].filter(({ id }) => people.canonical(id) === human);
  const names = [...new Set([...known.names, ...records.map(({ name }) => name)])];
  const item: Item = { ...key, type: runType, identifiers, names };
  await deps.table.write({ kind: "put", item, condition: [] });
  return { identifiers, names };
}

const Run = z.looseObject({
  identifiers: z.array(z.string()),
  names: z.array(z.string()).default([]),
});

interface Wanted {
  readonly needles: Needles;
  /** What they are called; undefined where no record of them is left. */
  readonly names: Needles | undefined;
}

/** The item without their name in the hub's own words; undefined where it is not in them. */
function unnamed(item: Item, names: Needles | undefined): Item | undefined {
  const { because } = item;
  if (!names || !worded.has(item["type"]) || typeof because !== "string") return undefined;
  return names.areIn(because) ? { ...item, because: names.struckFrom(because) } : undefined;
}

/** One pass over the whole table. */
async function strike(deps: EraseDeps, { needles, names }: Wanted): Promise<Erased> {
  const found: Item[] = [];
  await scanEach(deps.table, (item) => {
    const without = unnamed(item, names);
    const isFound = without !== undefined || itemMentions(item, needles);
    if (item["type"] !== runType && isFound) found.push(without ?? item);
  });
  const done = { removed: 0, redacted: 0, left: 0 };
  for (const item of found) {
    if (workingTypes.has(item["type"])) {
      done.left += 1;
      continue;
    }
    const isTheirs =
      personalTypes.has(item["type"]) || needles.areIn(item.pk) || needles.areIn(item.sk);
    await deps.table.write(isTheirs ? removal(item) : redaction(deps, item, needles));
    if (isTheirs) done.removed += 1;
    else done.redacted += 1;
  }
  return done;
}

function removal({ pk, sk }: Item): Write {
  return { kind: "delete", key: { pk, sk }, condition: [] };
}

/** A state that somebody writes meanwhile wins; the next round looks at that one. */
function redaction(deps: EraseDeps, item: Item, needles: Needles): Write {
  const { saidHash: _said, ...rest } = redactedItem(item, needles);
  const { hash, revision } = item;
  return {
    kind: "put",
    item: {
      ...rest,
      // Another content: whoever follows the table must look, and the next reading is compared anew.
      ...(typeof hash === "string" && { hash: `erased-${deps.random(9)}` }),
      ...(typeof revision === "number" && { revision: revision + 1 }),
    },
    condition: stillAs(item),
  };
}

function stillAs({ hash, readAt, revision }: Item): Condition {
  if (typeof hash === "string" && typeof readAt === "string") {
    return [
      [
        ["hash", "=", hash],
        ["readAt", "=", readAt],
      ],
    ];
  }
  if (typeof revision === "number") return [[["revision", "=", revision]]];
  return [[["pk", "exists"]]];
}

/** That it was done, when, and how much of it; nothing of whom. */
async function writeReceipt(deps: EraseDeps, done: Erased): Promise<void> {
  const at = deps.clock.now();
  const item: Item = {
    ...erasureReceiptKey(at, deps.random(8)),
    type: "erasure-receipt",
    at,
    ...done,
  };
  await deps.table.write({ kind: "put", item, condition: [] });
}
