import type { FunctionName } from "./host/processes.ts";

const storingFailed =
  /^(fail \w+|hot key at|half a batch at) table\.(write|transact) (work-item|goal|person|account|org-unit)/u;

/**
 * Which deliveries were read and stored, by id. What was read in an invocation that broke while it stored
 * was perhaps not stored: it counts when it is read again.
 */
export class Interpreted {
  readonly #done = new Set<string>();
  #now: string[] = [];
  #running = 0;
  /** Several invocations were under way at once: whose reading it was cannot be told. */
  #isMixed = false;

  has(id: string): boolean {
    return this.#done.has(id);
  }

  add(id: string): void {
    this.#done.add(id);
    this.#now.push(id);
  }

  begun(name: FunctionName): void {
    if (name !== "ingest") return;
    this.#running += 1;
    if (this.#running > 1) this.#isMixed = true;
  }

  ended(name: FunctionName, befell: readonly string[], isDead: boolean): void {
    if (name !== "ingest") return;
    const isUnsure = isDead || befell.some((what) => storingFailed.test(what));
    if (isUnsure && !this.#isMixed) for (const id of this.#now) this.#done.delete(id);
    this.#running -= 1;
    if (this.#running > 0) return;
    this.#now = [];
    this.#isMixed = false;
  }
}
