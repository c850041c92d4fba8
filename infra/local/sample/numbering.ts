/** Gives each local id a number, counting up in the order of first asking. */
export class Numbering {
  readonly #numbers = new Map<string, number>();
  readonly #first: number;

  constructor(first: number) {
    this.#first = first;
  }

  of(id: string): string {
    const known = this.#numbers.get(id);
    if (known !== undefined) return String(known);
    const next = this.#first + this.#numbers.size;
    this.#numbers.set(id, next);
    return String(next);
  }
}
