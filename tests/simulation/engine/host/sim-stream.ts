import { hourMs, minuteMs } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { ItemChange } from "#shared/ports/table.ts";

export type ReaderName = "detect" | "relay";

export interface ReaderSpec {
  readonly name: ReaderName;
  readonly batchSize: number;
  readonly retryAttempts: number;
  readonly maxRecordAgeHours: number;
  readonly isWanted: (change: ItemChange) => boolean;
}

interface Entry {
  readonly change: ItemChange;
  readonly atMs: number;
}

/** One reader of one shard: in order, again and again until it went well, halving what fails. */
class ShardReader {
  readonly waiting: Entry[] = [];
  size: number;
  attempts = 0;
  notBeforeMs = 0;
  isBusy = false;

  constructor(batchSize: number) {
    this.size = batchSize;
  }
}

export interface Batch {
  readonly reader: ShardReader;
  readonly spec: ReaderSpec;
  readonly entries: readonly Entry[];
}

/** The table's stream in shards, each item always in the same one, with readers that know nothing of each other. */
export class SimStream {
  /** Records that a reader gave up, by its name. */
  readonly givenUp: { readonly reader: string; readonly change: ItemChange }[] = [];
  readonly #clock: Clock;
  readonly #readers: readonly {
    readonly spec: ReaderSpec;
    readonly shards: readonly ShardReader[];
  }[];
  readonly #latest: ItemChange[] = [];
  /** How many records each reader is still to lose. */
  readonly #losing = new Map<ReaderName, number>();
  /** Told of each record that a reader never sees. */
  onLost: (reader: ReaderName) => void = () => undefined;

  constructor(clock: Clock, specs: readonly ReaderSpec[], shards: number) {
    this.#clock = clock;
    this.#readers = specs.map((spec) => ({
      spec,
      shards: Array.from({ length: shards }, () => new ShardReader(spec.batchSize)),
    }));
  }

  append(change: ItemChange): void {
    const entry = { change, atMs: this.#clock.nowMs() };
    this.#latest.push(change);
    if (this.#latest.length > 40) this.#latest.shift();
    this.#each(entry, true);
  }

  #each(entry: Entry, isNew = false): void {
    for (const { spec, shards } of this.#readers) {
      if (!spec.isWanted(entry.change)) continue;
      if (isNew && this.#loses(spec.name)) continue;
      shards[shardOf(entry.change) % shards.length]?.waiting.push(entry);
    }
  }

  /** The next so many records are gone before the reader comes to them, as after a day of standing still. */
  loseNext(reader: ReaderName, count: number): void {
    this.#losing.set(reader, count);
  }

  #loses(reader: ReaderName): boolean {
    const left = this.#losing.get(reader) ?? 0;
    if (left === 0) return false;
    this.#losing.set(reader, left - 1);
    this.onLost(reader);
    return true;
  }

  /** Nothing more is lost. */
  keepAll(): void {
    this.#losing.clear();
  }

  /** The latest records come once more, as after a checkpoint that was lost. */
  redeliver(count: number): number {
    const again = this.#latest.slice(-count);
    for (const change of again) this.#each({ change, atMs: this.#clock.nowMs() });
    return again.length;
  }

  due(): readonly Batch[] {
    const nowMs = this.#clock.nowMs();
    return this.#readers.flatMap(({ spec, shards }) =>
      shards.flatMap((reader) =>
        reader.waiting.length > 0 && !reader.isBusy && reader.notBeforeMs <= nowMs
          ? [{ reader, spec, entries: reader.waiting.slice(0, reader.size) }]
          : [],
      ),
    );
  }

  begun({ reader }: Batch): void {
    reader.isBusy = true;
  }

  done({ reader, spec, entries }: Batch): void {
    reader.isBusy = false;
    reader.waiting.splice(0, entries.length);
    reader.attempts = 0;
    reader.size = Math.min(spec.batchSize, reader.size * 2);
  }

  failed({ reader, spec, entries }: Batch): void {
    reader.isBusy = false;
    reader.attempts += 1;
    // A mapping tries again at once, then more and more slowly.
    if (reader.attempts > 3) reader.notBeforeMs = this.#clock.nowMs() + minuteMs;
    const [first] = entries;
    if (entries.length > 1 || !first) {
      reader.size = Math.max(1, entries.length >> 1);
      return;
    }
    const isOld = this.#clock.nowMs() - first.atMs > spec.maxRecordAgeHours * hourMs;
    if (!isOld && reader.attempts <= spec.retryAttempts) return;
    reader.waiting.shift();
    reader.attempts = 0;
    this.givenUp.push({ reader: spec.name, change: first.change });
  }

  get isDrained(): boolean {
    return this.#readers.every(({ shards }) => shards.every(({ waiting }) => waiting.length === 0));
  }

  redriveGivenUp(): number {
    const back = this.givenUp.splice(0);
    for (const { change } of back) this.#each({ change, atMs: this.#clock.nowMs() });
    return back.length;
  }
}

function shardOf({ before, after }: ItemChange): number {
  const pk = (after ?? before)?.pk ?? "";
  let sum = 0;
  for (let at = 0; at < pk.length; at += 1) sum += pk.charCodeAt(at);
  return sum;
}
