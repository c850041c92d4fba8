import { seededRandom } from "#shared/testing/simulator/seeded-random.ts";

/** Numbers in [0, 1) that depend on the seed and the purpose alone. */
export type Random = () => number;

/** FNV-1a over UTF-16 units. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  }
  return hash;
}

/** A stream of its own for each purpose, so that what one draws shifts nothing that others draw. */
export function streamOf(seed: number, purpose: string): Random {
  return seededRandom(hashOf(`${seed} ${purpose}`));
}

export function pick<T>(random: Random, from: readonly T[]): T | undefined {
  return from[Math.floor(random() * from.length)];
}

/** A whole number from `min` up to and including `max`. */
export function between(random: Random, min: number, max: number): number {
  return min + Math.floor(random() * (max - min + 1));
}

/** Characters of [0-9a-z], as the hub's own ids want them. */
export function textOf(random: Random): (length: number) => string {
  const letters = "0123456789abcdefghijklmnopqrstuvwxyz";
  return (length) =>
    Array.from({ length }, () => letters[Math.floor(random() * letters.length)]).join("");
}
