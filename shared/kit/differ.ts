/** Whether any of these fields is another; arrays are compared by content. Absent equals absent only. */
export function differ<T extends object>(
  before: T | undefined,
  after: T | undefined,
  fields: readonly (keyof T)[],
): boolean {
  return fields.some((field) => JSON.stringify(before?.[field]) !== JSON.stringify(after?.[field]));
}
