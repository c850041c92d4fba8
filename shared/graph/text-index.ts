/** Numbers under texts, several under one: an index of what bears an address or an id. */
export class TextIndex {
  readonly #entries = new Map<string, number | number[]>();

  add(text: string, entry: number): void {
    const present = this.#entries.get(text);
    if (present === undefined) this.#entries.set(text, entry);
    else if (typeof present === "number") this.#entries.set(text, [present, entry]);
    else present.push(entry);
  }

  /** In the order in which they were added. */
  under(text: string): readonly number[] {
    const found = this.#entries.get(text);
    if (found === undefined) return [];
    return typeof found === "number" ? [found] : found;
  }

  /** Texts with more than one entry, in the order of their text. */
  shared(): readonly (readonly [string, readonly number[]])[] {
    return [...this.#entries]
      .flatMap(([text, found]) => (typeof found === "number" ? [] : [[text, found] as const]))
      .toSorted(([a], [b]) => (a < b ? -1 : 1));
  }
}
