/** Does the same to each, at most `most` at a time; results in the order of the things. The first error ends it. */
export async function inParallel<T, R>(
  things: readonly T[],
  most: number,
  work: (thing: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = Array.from({ length: things.length });
  const rest = things.entries();
  const worker = async () => {
    // One iterator for all workers: each takes what nobody has taken.
    for (const [index, thing] of rest) results[index] = await work(thing);
  };
  await Promise.all(Array.from({ length: Math.min(most, things.length) }, worker));
  return results;
}
