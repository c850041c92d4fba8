import { HubError } from "#shared/errors.ts";

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

/** Stands between one invocation and the world: counts its operations, and breaks where it is told to. */
export class Fuse {
  operations = 0;
  isDead = false;
  /** What was broken: the operation's name, for the trace. */
  broken: string | undefined;
  #mishap: Mishap | undefined;
  #waiting: WaitingMishaps | undefined;

  /** `mishap` is this invocation's own; `waiting` may befall others as well. */
  begin(mishap: Mishap | undefined, waiting: WaitingMishaps | undefined): void {
    this.operations = 0;
    this.broken = undefined;
    this.#mishap = mishap;
    this.#waiting = waiting;
  }

  guard<T>(name: string, run: () => Promise<T>): Promise<T> {
    if (this.isDead) return Promise.reject(new Crash(name));
    this.operations += 1;
    const own = this.#mishap;
    const isMet =
      own && this.operations >= own.at && this.operations < own.at + own.times ? own : undefined;
    const mishap = isMet ?? this.#waiting?.metBy(name);
    return mishap ? this.#break(mishap, name, run) : run();
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
