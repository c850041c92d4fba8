import { createHash } from "node:crypto";

/**
 * Which projects were read up to now. A project that is not among them was hidden or did not exist,
 * and asking it for what changed lately would miss what changed meanwhile. Kept as short hashes, so
 * that thousands fit into a position; two projects share one by chance once in ten thousand.
 */
const hashLength = 4;
/** What a saved position has room for: some 2,200 projects. */
const charsMax = 9000;

export class KnownProjects {
  readonly #hashes: Set<string>;

  private constructor(hashes: Iterable<string>) {
    this.#hashes = new Set(hashes);
  }

  static none(): KnownProjects {
    return new KnownProjects([]);
  }

  static of(gids: readonly string[]): KnownProjects {
    return new KnownProjects(gids.map(hashOf));
  }

  static parse(text: string): KnownProjects {
    return new KnownProjects(text.match(/.{4}/gu) ?? []);
  }

  has(gid: string): boolean {
    return this.#hashes.has(hashOf(gid));
  }

  add(gid: string): void {
    this.#hashes.add(hashOf(gid));
  }

  delete(gid: string): void {
    this.#hashes.delete(hashOf(gid));
  }

  /** Those that are still there: who leaves and comes back is new again. */
  among(gids: readonly string[]): KnownProjects {
    return KnownProjects.of(gids.filter((gid) => this.has(gid)));
  }

  /** Undefined where there are too many to keep: then all count as known. */
  toText(): string | undefined {
    const isTooLong = this.#hashes.size * hashLength > charsMax;
    return isTooLong ? undefined : [...this.#hashes].join("");
  }
}

/** The projects to keep in mind: all, or where those are too many, the ones that are not archived. */
export function toRemember({
  projects,
  activeProjects,
}: {
  readonly projects: readonly string[];
  readonly activeProjects: readonly string[];
}): readonly string[] {
  return projects.length * hashLength <= charsMax ? projects : activeProjects;
}

function hashOf(gid: string): string {
  return createHash("sha256").update(gid).digest("base64url").slice(0, hashLength);
}
