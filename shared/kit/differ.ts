/** Whether any of these fields is another; arrays are compared by content. Absent equals absent only. */
export function differ<T extends object>(
  before: T | undefined,
  after: T | undefined,
  fields: readonly (keyof T)[],
): boolean {
  for (const field of fields) {
    const [was, is] = [before?.[field], after?.[field]];
    if (was !== is && JSON.stringify(was) !== JSON.stringify(is)) return true;
  }
  return false;
}
