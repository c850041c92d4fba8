/*
 * Names and addresses as keys to look for likely people by. Two names with one key look alike; that is
 * a reason to suggest, and never one to bind.
 */

/** Letters that Unicode does not take apart. */
const wholeLetters: Readonly<Record<string, string>> = {
  ß: "ss",
  ø: "o",
  ł: "l",
  đ: "d",
  ð: "d",
  þ: "th",
  æ: "ae",
  œ: "oe",
  ı: "i",
};
const wholeLetter = /[ßøłđðþæœı]/gu;

/** How people write these where a keyboard lacks them. */
const spelledOut: Readonly<Record<string, string>> = {
  ä: "ae",
  ö: "oe",
  ü: "ue",
  ø: "oe",
  å: "aa",
};
const spellable = /[äöüøå]/gu;

/** Without case, accents and ligatures. */
function folded(text: string): string {
  // Most names need none of it.
  if (/^[\x20-\x7e]*$/u.test(text)) return text.toLowerCase();
  return text
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(wholeLetter, (letter) => wholeLetters[letter] ?? letter);
}

/** The words of a name in the order of speaking: "Last, First" is turned, what is in brackets left out. */
function wordsOf(name: string): readonly string[] {
  const bare = name.replaceAll(/\([^)]*\)|\[[^\]]*\]/gu, " ").replaceAll(/['’`´ʼ.]/gu, "");
  const [last = "", first, ...rest] = bare.split(",");
  const isTurned = first !== undefined && first.trim() !== "" && rest.length === 0;
  return folded(isTurned ? `${first} ${last}` : bare)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
}

/** A name in one spelling. */
export interface Spelling {
  readonly words: readonly string[];
  /** All words, without what stands between them. */
  readonly full: string;
  /** The same whatever their order; only of two words and more. */
  readonly anyOrder: string | undefined;
  /** First and last word; only where there are others between them, or might be. */
  readonly ends: string | undefined;
}

/** The spellings of a name: as it is without accents, and with ä as ae. The first is the usual one. */
export function spellings(name: string): readonly Spelling[] {
  const whole = name.normalize("NFC").toLowerCase();
  const other = whole.replaceAll(spellable, (letter) => spelledOut[letter] ?? letter);
  const names = other === whole ? [whole] : [whole, other];
  return names
    .map(wordsOf)
    .filter((words) => words.length > 0)
    .map(spelling);
}

function spelling(words: readonly string[]): Spelling {
  const several = words.length > 1;
  return {
    words,
    full: words.join(""),
    anyOrder: several ? words.toSorted().join(" ") : undefined,
    ends: several ? `${words[0]} ${words.at(-1)}` : undefined,
  };
}

/** How logins are commonly made of a name: `annlee`, `leeann`; and `alee`, `leea`. */
export function loginsOf({ words }: Spelling): {
  readonly whole: readonly string[];
  readonly short: readonly string[];
} {
  const [first = "", last] = [words[0], words.at(-1)];
  if (last === undefined || words.length < 2) return { whole: [], short: [] };
  const initial = /^./u.exec(first)?.[0] ?? "";
  return { whole: [first + last, last + first], short: [initial + last, last + initial] };
}

/** An address as far as matching looks at it. */
export interface AddressParts {
  /** Before the @, without a tag: `ann.lee`. */
  readonly local: string;
  readonly domain: string;
  /** The local part as a login: `annlee`. */
  readonly login: string;
}

export function addressParts(email: string): AddressParts {
  const at = email.lastIndexOf("@");
  const local = email.slice(0, at).replace(/\+.*$/u, "");
  return { local, domain: email.slice(at + 1), login: loginForm(local) };
}

/** A login without the signs that stand between its parts. */
export function loginForm(login: string): string {
  return folded(login).replaceAll(/[^\p{L}\p{N}]/gu, "");
}

/** An address for people's eyes: enough to know one's own, too little to write to. */
export function maskedAddress(email: string): string {
  const at = email.lastIndexOf("@");
  const [first = ""] = email;
  return `${first}…${email.slice(at)}`;
}
