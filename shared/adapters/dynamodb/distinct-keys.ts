import type { Key } from "#shared/ports/table.ts";

import { storableKey } from "./storable.ts";

/** BatchGetItem refuses a key that comes twice. */
export function distinct(keys: readonly Key[]): readonly Key[] {
  const [only] = keys;
  if (only !== undefined && keys.length === 1) return [storableKey(only)];
  const seen = new Map<string, Key>();
  for (const key of keys) seen.set(textOfKey(key), storableKey(key));
  return [...seen.values()];
}

/** Other keys have other texts: the length keeps pairs apart. */
export function textOfKey({ pk, sk }: Key): string {
  return `${String(pk.length)}:${pk}${sk}`;
}
