/** One mechanism taken out of the product, as an edit of its source. */
export interface Mutant {
  readonly name: string;
  /** What the product does no longer. */
  readonly without: string;
  /** From the repository's root. */
  readonly file: string;
  /** Each `from` must stand in the file exactly once, so that a mutant never quietly becomes none. */
  readonly edits: readonly { readonly from: string; readonly to: string }[];
}

/** The source with the mechanism taken out. Throws where the text to replace is not there, or there twice. */
export function mutated(source: string, { name, file, edits }: Mutant): string {
  return edits.reduce((text, { from, to }) => {
    const parts = text.split(from);
    if (parts.length !== 2) {
      const found = parts.length - 1;
      throw new Error(
        `Mutant ${name} looks for a text of ${file} that stands there ${found} times, not once: ${from}`,
      );
    }
    return parts.join(to);
  }, source);
}
