/**
 * Leaves out of a list all that is not needed for it to fail: halves first, then ever smaller parts, until
 * no single item can go (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002,
 * by complements). The order stays. `items` themselves must fail; they are not asked about.
 */
export async function ddmin<T>(
  items: readonly T[],
  isFailing: (some: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  if (items.length > 0 && (await isFailing([]))) return [];
  let kept = items;
  let size = Math.ceil(items.length / 2);
  while (size > 0 && kept.length > 1) {
    const before = kept.length;
    kept = await withoutParts(kept, size, isFailing);
    // What could not go while others were there may go now.
    if (size === 1 && kept.length === before) break;
    size = Math.ceil(Math.min(size, kept.length) / 2);
  }
  return kept;
}

async function withoutParts<T>(
  items: readonly T[],
  size: number,
  isFailing: (some: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  let kept = items;
  let at = 0;
  while (at < kept.length) {
    const rest = kept.toSpliced(at, size);
    if (rest.length > 0 && (await isFailing(rest))) kept = rest;
    else at += size;
  }
  return kept;
}
