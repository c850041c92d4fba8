import { HubError } from "#shared/errors.ts";

import type { HalfBatches } from "./half-batches.ts";
import { Batching } from "./half-batches.ts";

/** The process died: nothing that it does from now on has any effect. */
export class Crash extends Error {
  override readonly name = "Crash";
}

/**
 * What befalls one operation: `die` ends the process before or after it; `fail` has it answer with a
 * failure, done or not; `meanwhile` lets others act before it.
 */
export interface Mishap {
  readonly kind: "die" | "fail" | "meanwhile";
  readonly when: "before" | "after";
  /** Which operation of the invocation, counted from 1. */
  readonly at: number;
  /** How many operations from there on; a crash needs but one. */
  readonly times: number;
  /** Only operations whose name begins so are counted, in whichever invocation they come. */
  readonly on?: string | undefined;
  readonly act?: () => Promise<void>;
}

/** Mishaps that wait for certain operations of one function, in whichever invocation they come. */
export class WaitingMishaps {
  readonly #all: { readonly mishap: Mishap; readonly on: string; met: number }[] = [];

  add(mishap: Mishap, on: string): void {
    this.#all.push({ mishap, on, met: 0 });
  }

  clear(): void {
    this.#all.length = 0;
  }

  /** What befalls this operation; one that comes no more is forgotten before it acts. */
  metBy(operation: string): Mishap | undefined {
    for (const [index, one] of this.#all.entries()) {
      if (!operation.startsWith(one.on)) continue;
      one.met += 1;
      const { at, times } = one.mishap;
      if (one.met < at) continue;
      if (one.met >= at + times - 1) this.#all.splice(index, 1);
      return one.mishap;
    }
    return undefined;
  }
}

/** What waits for one function, in whichever invocation it comes. */
export interface ArmedMishaps {
  readonly waiting?: WaitingMishaps | undefined;
  readonly halves?: HalfBatches | undefined;
}

function isWrite(operation: string): boolean {
  return operation.startsWith("table.write") || operation.startsWith("table.transact");
}

/** Stands between one invocation and the world: counts its operations, and breaks where it is told to. */
export class Fuse {
  operations = 0;
  isDead = false;
  /** What was broken: the operation's name, for the trace. */
  broken: string | undefined;
  /** What was refused for other reasons, each once: why, and the operation's name. */
  readonly refused = new Set<string>();
  #mishap: Mishap | undefined;
  #armed: ArmedMishaps = {};
  #batching: Batching | undefined;

  /** `mishap` is this invocation's own; what is armed may befall others as well. */
  begin(mishap?: Mishap, armed: ArmedMishaps = {}): void {
    this.operations = 0;
    this.broken = undefined;
    this.refused.clear();
    this.#mishap = mishap;
    this.#armed = armed;
    this.#batching = undefined;
  }

  /** What the caller gets of an operation that was not done. */
  refuse(why: string, operation: string): HubError {
    this.refused.add(`${why} at ${operation}`);
    return new HubError("store.unavailable", `The table did not do what was asked (${why})`);
  }

  guard<T>(name: string, run: () => Promise<T>): Promise<T> {
    if (this.isDead) return Promise.reject(new Crash(name));
    this.operations += 1;
    const own = this.#mishap;
    const isMet =
      own && this.operations >= own.at && this.operations < own.at + own.times ? own : undefined;
    const { waiting, halves } = this.#armed;
    const mishap = isMet ?? waiting?.metBy(name);
    if (mishap) return this.#break(mishap, name, run);
    return halves?.isArmed === true && isWrite(name) ? this.#half(halves, name, run) : run();
  }

  async #half<T>(halves: HalfBatches, name: string, run: () => Promise<T>): Promise<T> {
    this.#batching ??= new Batching(halves);
    const isRefused = await this.#batching.isRefused();
    if (this.isDead) throw new Crash(name);
    if (isRefused) throw this.refuse("half a batch", name);
    return run();
  }

  async #break<T>(mishap: Mishap, name: string, run: () => Promise<T>): Promise<T> {
    this.broken ??= `${mishap.kind} ${mishap.when} ${name}`;
    if (mishap.kind === "meanwhile") {
      await mishap.act?.();
      return run();
    }
    if (mishap.when === "after") await run();
    if (mishap.kind === "fail") throw new HubError("store.unavailable", `${name} does not answer`);
    this.isDead = true;
    throw new Crash(name);
  }
}
