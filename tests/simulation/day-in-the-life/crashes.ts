import type { Table } from "#shared/ports/table.ts";

/** A function's process: what it keeps in memory is gone when it dies. */
export interface Process {
  readonly name: string;
  isDead: boolean;
}

/** Thrown out of the call during which a process died, and out of all that it still tries. */
class Crashed extends Error {
  constructor(place: string) {
    super(`The process died in ${place}`);
    this.name = "Crashed";
  }
}

/** Where a process may die, and how often among a hundred deaths. */
const places: readonly (readonly [place: string, share: number])[] = [
  ["ingest.source", 4],
  ["ingest.read", 8],
  ["ingest.write", 18],
  ["ingest.ack", 4],
  ["detect.read", 10],
  ["detect.write", 14],
  ["detect.ack", 4],
  ["relay.bus", 8],
  ["relay.ack", 4],
  ["alert.read", 3],
  ["alert.write", 8],
  ["alert.ack", 2],
  ["notify.read", 2],
  ["notify.write", 4],
  ["notify.channel", 5],
  ["notify.ack", 2],
];
/** A death falls somewhere in the middle of the work, not always at its first call. */
const callsBeforeMax = 12;

interface Armed {
  readonly place: string;
  readonly when: "before" | "after";
  calls: number;
}

/** Lets processes die in calls to the outside, before these took effect or after. */
export class Crashes {
  readonly #random: () => number;
  readonly #armed: Armed[] = [];
  /** How many died where. */
  readonly met = new Map<string, number>();

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Arms one more death. */
  arm(): void {
    let dice = this.#random() * places.reduce((sum, [, share]) => sum + share, 0);
    for (const [place, share] of places) {
      dice -= share;
      if (dice >= 0) continue;
      const when = this.#random() < 0.5 ? "before" : "after";
      const isRare = /ack|source|channel|bus/u.test(place);
      const calls = isRare ? 0 : Math.floor(this.#random() * callsBeforeMax);
      this.#armed.push({ place, when, calls });
      return;
    }
  }

  get total(): number {
    return [...this.met.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Those that still wait for their call. */
  get waiting(): number {
    return this.#armed.length;
  }

  /** Makes a call of a process, unless it dies. */
  async pass<T>(process: Process, kind: string, call: () => Promise<T>): Promise<T> {
    const place = `${process.name}.${kind}`;
    if (process.isDead) throw new Crashed(place);
    const death = this.#due(place);
    if (death?.when === "before") this.#die(process, death);
    const answer = await call();
    // Another call of the same process may have been its last one meanwhile.
    if (process.isDead) throw new Crashed(place);
    if (death) this.#die(process, death);
    return answer;
  }

  #due(place: string): Armed | undefined {
    const at = this.#armed.findIndex((one) => one.place === place);
    const armed = this.#armed[at];
    if (!armed) return undefined;
    armed.calls -= 1;
    if (armed.calls >= 0) return undefined;
    this.#armed.splice(at, 1);
    return armed;
  }

  #die(process: Process, { place, when }: Armed): never {
    process.isDead = true;
    const name = `${place} ${when}`;
    this.met.set(name, (this.met.get(name) ?? 0) + 1);
    throw new Crashed(name);
  }

  /** The table as a process sees it. */
  table(process: Process, table: Table): Table {
    const read = <T>(call: () => Promise<T>) => this.pass(process, "read", call);
    const write = <T>(call: () => Promise<T>) => this.pass(process, "write", call);
    return {
      get: (key) => read(() => table.get(key)),
      batchGet: (keys) => read(() => table.batchGet(keys)),
      query: (request) => read(() => table.query(request)),
      scan: (request) => read(() => table.scan(request)),
      write: (one) => write(() => table.write(one)),
      transact: (writes) => write(() => table.transact(writes)),
      add: (key, amounts, set) => write(() => table.add(key, amounts, set)),
      usage: () => table.usage(),
    };
  }
}
