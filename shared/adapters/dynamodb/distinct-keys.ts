import type { Key } from "#shared/ports/table.ts";

import { storableKey } from "./storable.ts";

/** BatchGetItem refuses a key that comes twice. */
export function distinct(keys: readonly Key[]): readonly Key[] {
  const seen = new Map<string, Key>();
  for (const key of keys) seen.set(JSON.stringify([key.pk, key.sk]), storableKey(key));
  return [...seen.values()];
}
