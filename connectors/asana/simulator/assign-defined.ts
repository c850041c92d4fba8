/** Copies those of the named fields that the patch holds. */
export function assignDefined<T extends object, K extends keyof T>(
  target: T,
  patch: { readonly [P in K]?: T[P] | undefined },
  fields: readonly K[],
): void {
  for (const field of fields) {
    const value = patch[field];
    if (value !== undefined) target[field] = value;
  }
}

/** The same for fields that `null` clears. */
export function assignOrClear<K extends string>(
  target: { [P in K]?: string },
  patch: { readonly [P in K]?: string | null | undefined },
  fields: readonly K[],
): void {
  for (const field of fields) {
    const value = patch[field];
    if (value === null) delete target[field];
    else if (value !== undefined) target[field] = value;
  }
}
