/**
 * Compiles a wildcard: `*` stands for any text, `\*` and `\\` for the characters themselves.
 * Returns what is wrong with it, in words, where EventBridge refuses it
 * (docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html, 2026-11).
 */
export function compileWildcard(text: string): ((value: string) => boolean) | string {
  const literals = splitAtStars(text);
  if (typeof literals === "string") return literals;
  const [first = "", ...others] = literals;
  const last = others.pop();
  if (last === undefined) return (value) => value === first;
  return (value) => {
    if (!value.startsWith(first)) return false;
    const end = value.length - last.length;
    let from = first.length;
    for (const literal of others) {
      const at = value.indexOf(literal, from);
      if (at < 0) return false;
      from = at + literal.length;
    }
    // The last literal must lie behind everything matched so far, not overlap it.
    return from <= end && value.endsWith(last);
  };
}

function splitAtStars(text: string): string[] | string {
  const literals: string[] = [];
  let literal = "";
  for (let index = 0; index < text.length; index += 1) {
    const char = text.charAt(index);
    const next = text.charAt(index + 1);
    if (char === "\\") {
      if (next !== "*" && next !== "\\") return "a backslash may only stand before * or \\";
      literal += next;
      index += 1;
    } else if (char === "*") {
      if (next === "*") return "two wildcards in a row are not allowed";
      literals.push(literal);
      literal = "";
    } else {
      literal += char;
    }
  }
  literals.push(literal);
  return literals;
}
