/** Beyond this the oldest are forgotten: meeting one again costs a repeated reading, not memory. */
const gidsMax = 50_000;

/** Gids that were met lately, of which there may be millions in a run. */
export class RecentGids {
  #recent = new Set<string>();
  #older = new Set<string>();

  /** True when it was not met lately. */
  add(gid: string): boolean {
    if (this.#recent.has(gid) || this.#older.has(gid)) return false;
    if (this.#recent.size >= gidsMax / 2) {
      this.#older = this.#recent;
      this.#recent = new Set();
    }
    this.#recent.add(gid);
    return true;
  }
}
