import { randomInt } from "node:crypto";

const characters = "0123456789abcdefghijklmnopqrstuvwxyz";

/** So many characters of [0-9a-z], unpredictable: 5.17 bits each. */
export function randomText(length: number): string {
  return Array.from({ length }, () => characters.charAt(randomInt(characters.length))).join("");
}
