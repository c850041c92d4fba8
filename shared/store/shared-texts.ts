/**
 * Copies of facts in which equal texts are one text. Each stored item brings its own: of a company of
 * 100,000, who all name the same units, managers, days and connections, copies take half the memory.
 */
export class SharedTexts {
  readonly #texts = new Map<string, string>();

  /** Plain data only: what a schema of ours has read. */
  copy<T extends object>(value: T): T {
    // The copy has the same fields with equal values, so it is what the value is.
    return this.#share(value) as T;
  }

  #share(value: unknown): unknown {
    if (typeof value === "string") return this.#text(value);
    if (Array.isArray(value)) return value.map((one) => this.#share(one));
    if (typeof value !== "object" || value === null) return value;
    const copy: Record<string, unknown> = { ...value };
    for (const [name, field] of Object.entries(copy)) copy[name] = this.#share(field);
    return copy;
  }

  #text(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    this.#texts.set(text, text);
    return text;
  }
}
