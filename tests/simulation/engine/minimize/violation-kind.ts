import type { Violation } from "../run.ts";

/** Enough to tell the sentences of one invariant apart. */
const wordsKept = 3;

/**
 * What kind of violation it is: its invariant and the first words of its sentence, without the ids, numbers
 * and records that differ between runs.
 */
export function violationKind({ invariant, what }: Violation): string {
  const words = what
    .split(/\s+/u)
    .map((word) => word.replace(/[.,:;]+$/u, ""))
    .filter((word) => /^[a-z]+$/iu.test(word));
  return [invariant, ...words.slice(0, wordsKept)].join(" ");
}
