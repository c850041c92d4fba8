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

/** Stands between one invocation and the world: counts its operations, and breaks where it is told to. */
export class Fuse {
  operations = 0;
  isDead = false;
  /** What was broken: the operation's name, for the trace. */
  broken: string | undefined;
  #mishap: Mishap | undefined;
  /** Operations of this invocation that the mishap counts. */
  #met = 0;

  /** A mishap that waits for certain operations, and did not come to its own: what is left of it. */
  get left(): Mishap | undefined {
    const mishap = this.#mishap;
    if (mishap?.on === undefined || this.broken !== undefined) return undefined;
    return { ...mishap, at: mishap.at - this.#met };
  }

  begin(mishap: Mishap | undefined): void {
    this.operations = 0;
    this.#met = 0;
    this.broken = undefined;
    this.#mishap = mishap;
  }

  guard<T>(name: string, run: () => Promise<T>): Promise<T> {
    if (this.isDead) return Promise.reject(new Crash(name));
    this.operations += 1;
    const mishap = this.#mishap;
    if (mishap === undefined || !name.startsWith(mishap.on ?? "")) return run();
    this.#met += 1;
    if (this.#met < mishap.at || this.#met >= mishap.at + mishap.times) return run();
    return this.#break(mishap, name, run);
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
