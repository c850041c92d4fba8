import type { Key } from "#shared/ports/table.ts";

import { storableKey } from "./storable.ts";

/** BatchGetItem refuses a key that comes twice. */
export function distinct(keys: readonly Key[]): readonly Key[] {
  const seen = new Map<string, Key>();
  // The length keeps different pairs apart.
  for (const { pk, sk } of keys) seen.set(`${pk.length}:${pk}${sk}`, storableKey({ pk, sk }));
  return [...seen.values()];
}
