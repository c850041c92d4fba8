/** Whether any of these fields is another; arrays are compared by content. Absent equals absent only. */
export function differ<T extends object>(
  before: T | undefined,
  after: T | undefined,
  fields: readonly (keyof T)[],
): boolean {
  return fields.some((field) => {
    const [was, is] = [before?.[field], after?.[field]];
    return was !== is && JSON.stringify(was) !== JSON.stringify(is);
  });
}
