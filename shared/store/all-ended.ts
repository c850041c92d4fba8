/**
 * What comes of all of it, in order. The first failure is thrown once everything has ended: nothing is still
 * being written when whoever called tries again.
 */
export async function allEnded<T>(work: readonly Promise<T>[]): Promise<readonly T[]> {
  const outcomes = await Promise.allSettled(work);
  return outcomes.map((one) => {
    if (one.status === "rejected") throw one.reason;
    return one.value;
  });
}
