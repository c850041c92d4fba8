/** One after the other. What fails keeps the rest from nothing, and is said at the end. */
export async function eachOf(works: Iterable<() => Promise<void>>): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  for (const work of works) {
    try {
      await work();
    } catch (error) {
      failure ??= { error };
    }
  }
  if (failure) throw failure.error;
}
