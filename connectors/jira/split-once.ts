/** `what=meaning` of a setting's entry; without a meaning, that is empty. */
export function splitOnce(entry: string): readonly [what: string, meaning: string] {
  const at = entry.indexOf("=");
  return at < 0 ? [entry.trim(), ""] : [entry.slice(0, at).trim(), entry.slice(at + 1).trim()];
}
