/** What a saved position has room for: some 120 projects' tokens. */
const charsMax = 6500;
/** Quotes, colon and comma around a project and its token. */
const charsAround = 6;

/** Where the event streams of projects stand, as many as a position has room for. */
export class SyncTokens {
  readonly #tokens: Map<string, string>;

  constructor(saved: Readonly<Record<string, string>> = {}) {
    this.#tokens = new Map(Object.entries(saved));
  }

  get(project: string): string | undefined {
    return this.#tokens.get(project);
  }

  /** Keeps a token, where there is room; a project without one is asked by date. */
  set(project: string, token: string): void {
    this.#tokens.set(project, token);
    if (this.#chars() > charsMax) this.#tokens.delete(project);
  }

  delete(project: string): void {
    this.#tokens.delete(project);
  }

  /** Whether one more is worth asking for. */
  hasRoom(): boolean {
    const usual = this.#chars() / Math.max(1, this.#tokens.size);
    return this.#chars() + Math.max(60, usual) <= charsMax;
  }

  /** Those of projects that are still there. */
  among(projects: readonly string[]): SyncTokens {
    const present = new Set(projects);
    return new SyncTokens(
      Object.fromEntries([...this.#tokens].filter(([project]) => present.has(project))),
    );
  }

  toRecord(): Record<string, string> | undefined {
    return this.#tokens.size === 0 ? undefined : Object.fromEntries(this.#tokens);
  }

  #chars(): number {
    let chars = 0;
    for (const [project, token] of this.#tokens) {
      chars += project.length + token.length + charsAround;
    }
    return chars;
  }
}
