/** Names on the way down as uploads read them; what separates levels is escaped inside of a name. */
export function joinedPath(names: readonly string[]): string {
  return names.map((name) => name.replaceAll(/[\\>›»→|/]/gu, "\\$&")).join(" > ");
}
