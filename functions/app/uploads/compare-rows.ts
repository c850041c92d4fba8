import { isDeepStrictEqual } from "node:util";

import type { KeptRow } from "#shared/kit/uploaded-files.ts";

/** What a file would change, by the keys of its rows. */
export interface Difference {
  readonly before: number;
  readonly added: number;
  readonly changed: number;
  readonly vanished: number;
  /** Some of those that the new file does not have any more, for people to recognise a mistake. */
  readonly vanishedKeys: readonly string[];
}

const shownMax = 20;
/** As the reconcile's own guard has it: what loses more at once is asked for. */
const vanishedShareMax = 0.3;

export function compareRows(before: readonly KeptRow[], after: readonly KeptRow[]): Difference {
  const old = new Map(before.map((row) => [row.key, row]));
  let added = 0;
  let changed = 0;
  for (const row of after) {
    const former = old.get(row.key);
    if (!former) added += 1;
    else if (!isDeepStrictEqual(former, row)) changed += 1;
    old.delete(row.key);
  }
  return {
    before: before.length,
    added,
    changed,
    vanished: old.size,
    vanishedKeys: [...old.keys()].slice(0, shownMax),
  };
}

/** Whether so many vanish that somebody must say that this is meant. */
export function isAbrupt({ before, vanished }: Difference): boolean {
  return vanished > before * vanishedShareMax;
}
