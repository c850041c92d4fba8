const plain = /^[\x20-\x7e]*$/u;

/** What capitals, and languages that write them their own way, leave different. */
const alike: readonly (readonly [RegExp, string])[] = [
  // A dotted I in small letters keeps its dot as a mark; a dotless one is an I as a capital.
  [/i\u0307|ı/gu, "i"],
  // The sigma at the end of a word.
  [/ς/gu, "σ"],
  [/ß/gu, "ss"],
];

/**
 * A text as texts are compared: without regard to capitals, or to how an accent is composed. In no
 * language's own way, so that it is the same wherever it is asked.
 */
export function folded(text: string): string {
  const small = text.toLowerCase();
  if (plain.test(small)) return small;
  // After the capitals: some letters with an accent are one character in small letters only.
  return alike.reduce((same, [from, to]) => same.replace(from, to), small.normalize("NFC"));
}

/** What somebody typed, as stored texts are: these have no white space around them, nor two in a row. */
export function foldedValue(typed: string): string {
  return folded(typed.trim().replaceAll(/\s+/gu, " "));
}
