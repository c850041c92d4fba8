/** Whether any of these fields is another; arrays are compared by content. Absent equals absent only. */
export function differ<T extends object>(
  before: T | undefined,
  after: T | undefined,
  fields: readonly (keyof T)[],
): boolean {
  for (const field of fields) {
    const was = before?.[field];
    const is = after?.[field];
    if (was !== is && !isSameContent(was, is)) return true;
  }
  return false;
}

function isSameContent(was: unknown, is: unknown): boolean {
  const mayBe = typeof was === "object" && typeof is === "object";
  return mayBe && JSON.stringify(was) === JSON.stringify(is);
}
