import type { Key } from "#shared/ports/table.ts";

import { storableKey } from "./storable.ts";

/** So few keys are sooner compared with each other than each made a text of. */
const comparedMax = 8;

/** BatchGetItem refuses a key that comes twice. */
export function distinct(keys: readonly Key[]): readonly Key[] {
  if (keys.length <= comparedMax) {
    return keys.map(storableKey).filter((key, at, all) => {
      return all.findIndex(({ pk, sk }) => pk === key.pk && sk === key.sk) === at;
    });
  }
  const seen = new Map<string, Key>();
  for (const key of keys) seen.set(textOfKey(key), storableKey(key));
  return [...seen.values()];
}

/** Other keys have other texts: the length keeps pairs apart. */
export function textOfKey({ pk, sk }: Key): string {
  return `${String(pk.length)}:${pk}${sk}`;
}
