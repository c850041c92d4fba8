import { HubError, isRetryable } from "#shared/errors.ts";
import { Change as ChangeSchema } from "#shared/model/change.ts";
import type { Change, Rejected } from "#shared/model/change.ts";
import type { Edge } from "#shared/model/edges.ts";
import type { FactId, FactType } from "#shared/model/ids.ts";
import { readFactId } from "#shared/model/ids.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Condition, Item, Key, Table, TransactOutcome, Write } from "#shared/ports/table.ts";

import { readBesideErasures, withoutErased } from "./erasures.ts";
import {
  assertion,
  assertionKey,
  assertionsOf,
  contentHash,
  edgeItem,
  edgesOf,
  factItem,
  hashOfSaid,
  settlingMark,
  tombstoneItem,
} from "./facts.ts";
import { factKey } from "./keys.ts";
import { announceOrgChange } from "./org-changes.ts";
import { isOwnTouch } from "./own-touches.ts";
import { withPast } from "./past.ts";
import { idOf, isOutdatedBy, isSignOfLife, stateOf, storedState } from "./precedence.ts";

/** What became of each change. `unchanged` and `stale` cost no write. */
export interface Applied {
  readonly applied: number;
  readonly unchanged: number;
  readonly stale: number;
  /** Records that can never be stored as they are: too large, or not what our model allows. */
  readonly refused: readonly Refused[];
}

export interface Refused extends Rejected {
  readonly id: FactId;
}

interface ApplyDeps {
  readonly table: Table;
  readonly clock: Clock;
  /** True: nothing of what was is remembered, as when a connection is taken away with all that it brought. */
  readonly forgetsPast?: boolean;
}

/** Races for one record are between two deliveries of it; more rounds than this mean a broken guard. */
const attemptsMax = 8;
/** DynamoDB's limit of 100 writes a transaction, less the record itself. */
const edgesPerTransactionMax = 99;
const concurrencyMax = 32;
/** DynamoDB's limit of a sort key, which ids are in some index. */
const keyBytesMax = 1024;
/** Empty, half of a pair, or the highest character, with which ranges of keys end. */
const unfitText = /^$|[\u{d800}-\u{dfff}\u{10ffff}]/u;
const orgTypes: ReadonlySet<FactType> = new Set(["person", "account", "org-unit"]);

/**
 * Stores changes so that only a newer state of a record wins, in any order and any number of
 * repeats. A changed record is one write (a transaction when its edges changed with it); a record
 * whose content is unchanged is none. One that cannot be stored is refused alone, with its reason.
 * Throws only when the table is unavailable.
 */
export async function applyChanges(deps: ApplyDeps, changes: readonly Change[]): Promise<Applied> {
  const refused: Refused[] = [];
  // What most polls bring: nothing to ask the table about.
  if (changes.length === 0) return { applied: 0, unchanged: 0, stale: 0, refused };
  const keys = changes.map(idOf).filter(isKeyText).map(factKey);
  const { erased, items: stored } = await readBesideErasures(deps.table, keys);
  const valid = withoutErased(changes, erased).flatMap((change) => validOr(refused, change));
  const work = latestPerRecord(valid);

  const counts = { applied: 0, unchanged: 0, stale: valid.length - work.length };
  const changedInOrg: Key[] = [];
  const applyCounted = async (change: Change) => {
    const outcome = await applyOrRefuse(deps, change, stored.get(idOf(change)));
    if (typeof outcome === "object") return void refused.push(outcome);
    counts[outcome] += 1;
    if (outcome === "applied" && orgTypes.has(typeOf(change))) {
      changedInOrg.push(factKey(idOf(change)));
    }
  };
  let failure: PromiseRejectedResult | undefined;
  for (let start = 0; start < work.length && !failure; start += concurrencyMax) {
    const batch = work.slice(start, start + concurrencyMax);
    const results = await Promise.allSettled(batch.map(applyCounted));
    failure = results.find((result) => result.status === "rejected");
  }
  // After the facts, so that a reader who sees the new version also sees them; and after a failure
  // too, because the repeat will find them unchanged.
  await announceOrgChange(deps.table, deps.clock, changedInOrg);
  if (failure) throw failure.reason;
  return { ...counts, refused };
}

/** What our own schemas would not read back must not get in: every later scan would stumble over it. */
function validOr(refused: Refused[], change: Change): readonly Change[] {
  if (!isKeyText(idOf(change))) {
    refused.push(refusal(change, "Its id is empty, too long for a key, or not well-formed text"));
    return [];
  }
  const parsed = ChangeSchema.safeParse(change);
  if (parsed.success) return [parsed.data];
  const paths = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  refused.push(refusal(change, paths.join("; ")));
  return [];
}

function isKeyText(id: string): boolean {
  return !unfitText.test(id) && Buffer.byteLength(id) <= keyBytesMax;
}

async function applyOrRefuse(
  deps: ApplyDeps,
  change: Change,
  stored: Item | undefined,
): Promise<Outcome | Refused> {
  try {
    return await applyOne(deps, change, stored);
  } catch (error) {
    if (isRetryable(error) || !(error instanceof HubError)) throw error;
    return refusal(change, `${error.code}: ${error.message}`);
  }
}

function refusal(change: Change, reason: string): Refused {
  const id = idOf(change);
  return { id, record: readFactId(id)?.nativeId ?? id, reason };
}

function typeOf(change: Change): FactType {
  if (change.kind === "upserted") return change.record.type;
  const parts = readFactId(change.id);
  if (!parts) throw new HubError("invariant.broken", "A removal names no fact");
  return parts.type;
}

function latestPerRecord(changes: readonly Change[]): readonly Change[] {
  const latest = new Map<FactId, Change>();
  for (const change of changes) {
    const other = latest.get(idOf(change));
    if (!other || !isOutdatedBy(stateOf(change), stateOf(other))) latest.set(idOf(change), change);
  }
  return [...latest.values()];
}

type Outcome = "applied" | "unchanged" | "stale";

async function applyOne(
  deps: ApplyDeps,
  change: Change,
  stored: Item | undefined,
): Promise<Outcome> {
  let current = stored;
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const decision = decide(change, current);
    if (decision === "alive") {
      const { sourceVersion } = stateOf(change);
      if (await isOwnTouch(deps.table, idOf(change), sourceVersion)) return "unchanged";
    } else if (decision !== "applied") return decision;
    const outcome = await store(deps, change, current);
    if (outcome.applied) return "applied";
    current = outcome.current;
  }
  throw new HubError("store.unavailable", `A record stayed contended for ${attemptsMax} rounds`, {
    details: { type: typeOf(change) },
  });
}

/** `alive`: it says the same as before, so much later that this is worth a write. */
function decide(change: Change, current: Item | undefined): Outcome | "alive" {
  if (!current) return "applied";
  const [incoming, existing] = [stateOf(change), storedState(current)];
  if (isOutdatedBy(incoming, existing)) return "stale";
  // Somebody stopped between its edges: they must be made whole, whatever the content says.
  if (isSettling(current)) return "applied";
  if (change.kind === "upserted") {
    if (contentHash(change) !== hashOfSaid(current)) return "applied";
    return isSignOfLife(typeOf(change), incoming, existing) ? "alive" : "unchanged";
  }
  // A later deletion of what was deleted guards against the updates from between the two.
  const isSame = existing.isRemoval && existing.sourceVersion === incoming.sourceVersion;
  return isSame ? "unchanged" : "applied";
}

/** The state that `decide` saw must still stand; else somebody else was faster and we look again. */
function unchangedSince(current: Item | undefined): Condition {
  if (!current) return [[["pk", "absent"]]];
  const { sourceVersion, readAt } = storedState(current);
  return [
    [
      ["sourceVersion", "=", sourceVersion],
      ["readAt", "=", readAt],
      ["hash", "=", current["hash"] as string],
      isSettling(current) ? [settlingMark, "=", true] : [settlingMark, "absent"],
    ],
  ];
}

function isSettling(item: Item | undefined): boolean {
  return item?.[settlingMark] === true;
}

interface StoreOutcome {
  readonly applied: boolean;
  readonly current: Item | undefined;
}

async function store(
  deps: ApplyDeps,
  change: Change,
  current: Item | undefined,
): Promise<StoreOutcome> {
  const now = deps.clock.now();
  const edges = change.kind === "upserted" ? edgesOf(change, now) : [];
  const bare =
    change.kind === "upserted"
      ? factItem(change, edges, { current, now })
      : tombstoneItem(change, typeOf(change), now);
  const { forgetsPast = false } = deps;
  const item = withPast(bare, current, { now, isSettling: isSettling(current), forgetsPast });
  const record: Write = { kind: "put", item, condition: unchangedSince(current) };
  const edgeWrites = edgeDifference(current, edges);
  if (edgeWrites.length > edgesPerTransactionMax) {
    return storeInSteps(deps, { item, edgeWrites, current });
  }
  if (edgeWrites.length === 0) {
    const outcome = await deps.table.write(record);
    return { applied: outcome.applied, current: outcome.applied ? item : outcome.current };
  }
  return recordOutcome(item, await deps.table.transact([record, ...edgeWrites]));
}

/** The record is the first write of its transaction. */
function recordOutcome(item: Item, outcome: TransactOutcome): StoreOutcome {
  return outcome.applied
    ? { applied: true, current: item }
    : { applied: false, current: outcome.failed.find(({ index }) => index === 0)?.current };
}

/**
 * Too many edges for one transaction. The record goes first, marked as settling and asserting old
 * and new edges alike, so that whoever changes it next, after a crash too, makes all of them whole.
 * Every further step holds only while that mark of ours stands.
 */
async function storeInSteps(
  deps: ApplyDeps,
  {
    item,
    edgeWrites,
    current,
  }: {
    readonly item: Item;
    readonly edgeWrites: readonly Write[];
    readonly current: Item | undefined;
  },
): Promise<StoreOutcome> {
  const asserts = [...new Set([...assertionsOf(current), ...assertionsOf(item)])];
  const settling: Item = { ...item, [settlingMark]: true, asserts };
  const marked = await deps.table.write({
    kind: "put",
    item: settling,
    condition: unchangedSince(current),
  });
  if (!marked.applied) return marked;
  const condition = unchangedSince(settling);
  const check: Write = { kind: "check", key: { pk: item.pk, sk: item.sk }, condition };
  for (let start = 0; start < edgeWrites.length; start += edgesPerTransactionMax) {
    const some = edgeWrites.slice(start, start + edgesPerTransactionMax);
    const outcome = await deps.table.transact([check, ...some]);
    if (!outcome.applied) return recordOutcome(item, outcome);
  }
  const done = await deps.table.write({ kind: "put", item, condition });
  return done.applied ? { applied: true, current: item } : done;
}

/** Puts for edges that are new or differ, deletes for those no longer asserted. */
function edgeDifference(current: Item | undefined, edges: readonly Edge[]): readonly Write[] {
  const before = assertionsOf(current);
  // While a record is settling nobody knows which of its edges are there.
  const known = new Set(isSettling(current) ? [] : before);
  const wanted = new Set(edges.map((edge) => lineKey(assertion(edge))));
  const puts = edges
    .filter((edge) => !known.has(assertion(edge)))
    .map((edge): Write => ({ kind: "put", item: edgeItem(edge), condition: [] }));
  const dropped = new Set(before.map(lineKey).filter((key) => !wanted.has(key)));
  const deletes = [...dropped].map((line): Write => ({
    kind: "delete",
    key: assertionKey(line),
    condition: [],
  }));
  return [...puts, ...deletes];
}

function lineKey(line: string): string {
  const { pk, sk } = assertionKey(line);
  return `${pk} ${sk}`;
}
