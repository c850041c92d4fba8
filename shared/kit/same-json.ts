/**
 * Whether two values would be one JSON, found without writing any: for whoever compares often what is nearly
 * always the same. What is undefined counts as absent; the order of an object's members counts for nothing.
 */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (!isObject(a) || !isObject(b)) return false;
  const [isListA, isListB] = [Array.isArray(a), Array.isArray(b)];
  if (isListA !== isListB || (isListA && a["length"] !== b["length"])) return false;
  for (const name in a) if (!sameJson(a[name], b[name])) return false;
  for (const name in b) if (a[name] === undefined && b[name] !== undefined) return false;
  return true;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
