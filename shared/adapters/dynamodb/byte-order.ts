/**
 * Order of two well-formed strings by their UTF-8 bytes, which is how DynamoDB sorts and compares.
 * JavaScript compares UTF-16 units, which puts emoji before U+E000 to U+FFFF.
 */
export function compareBytes(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at += 1) {
    const a = left.charCodeAt(at);
    const b = right.charCodeAt(at);
    if (a !== b) return rankOf(a) - rankOf(b);
  }
  return left.length - right.length;
}

/** Moves surrogates above all other units, as their four-byte forms sort. */
function rankOf(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
