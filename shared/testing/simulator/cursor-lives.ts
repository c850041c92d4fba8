/**
 * Which of the cursors that a simulated source handed out still hold, and how often a reader came with
 * one that did not. Cursors carry the generation in which they were made.
 */
export class CursorLives {
  #generation = 0;
  #expiredMet = 0;
  /** Called with every use, before it is judged: a fault may end all cursors just then. */
  beforeUse: () => void = () => undefined;

  get generation(): number {
    return this.#generation;
  }

  /** How often a reader was refused for an expired cursor. */
  get expiredMet(): number {
    return this.#expiredMet;
  }

  /** Every cursor so far has expired. */
  endAll(): void {
    this.#generation += 1;
  }

  /** Whether a cursor of this generation still holds, unless its own time is up. */
  isGood(generation: number, isOld: boolean): boolean {
    this.beforeUse();
    const isGood = generation === this.#generation && !isOld;
    if (!isGood) this.#expiredMet += 1;
    return isGood;
  }
}
