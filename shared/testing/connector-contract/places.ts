/** One place in a JSON value. */
export interface Place {
  readonly at: readonly (string | number)[];
  /** `issues.0.fields.status` */
  readonly text: string;
  readonly isLeaf: boolean;
}

/** Every place in a JSON value; of a list, only those in its first element. */
export function placesIn(value: unknown, at: Place["at"] = []): readonly Place[] {
  const own: readonly Place[] = [
    { at, text: at.join("."), isLeaf: typeof value !== "object" || value === null },
  ];
  return [...own, ...childrenOf(value).flatMap(([key, child]) => placesIn(child, [...at, key]))];
}

/** A copy with another value at this place; the same when there is no such place. */
export function withValueAt(value: unknown, at: Place["at"], next: unknown): unknown {
  return changedAt(value, at, () => next);
}

/** A copy without what is at this place. */
export function withoutValueAt(value: unknown, at: Place["at"]): unknown {
  // JSON has no undefined: it is left out of objects, and null in lists.
  return changedAt(value, at, () => undefined);
}

function changedAt(value: unknown, at: Place["at"], change: (old: unknown) => unknown): unknown {
  const [key, ...rest] = at;
  if (key === undefined) return change(value);
  if (Array.isArray(value)) {
    const list: readonly unknown[] = value;
    return list.map((child, index) => (index === key ? changedAt(child, rest, change) : child));
  }
  if (typeof value !== "object" || value === null || !(key in value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, child]: [string, unknown]) => [
      name,
      name === key ? changedAt(child, rest, change) : child,
    ]),
  );
}

function childrenOf(value: unknown): readonly (readonly [string | number, unknown])[] {
  if (Array.isArray(value)) return value.length === 0 ? [] : [[0, value[0]]];
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}
