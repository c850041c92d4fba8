import { bareCharacter, invisible, keywords } from "./link-rules-filter.ts";

/** One word or sign of a filter. `at` counts UTF-16 units from 0. */
export type Token =
  /** A word without quotes that is none of the language: a field's name or a value. */
  | { readonly kind: "word"; readonly text: string; readonly at: number }
  | { readonly kind: "text"; readonly text: string; readonly at: number }
  /** A keyword, in capital letters, or a sign. */
  | { readonly kind: "sign"; readonly text: string; readonly at: number }
  | { readonly kind: "end"; readonly text: ""; readonly at: number };

/** Why a text is no filter, in words for whoever wrote it. */
export class FilterMistake extends Error {
  override readonly name = "FilterMistake";
  readonly at: number;

  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

const signs = ["!=", "=", "~", "(", ")", "[", "]", ","] as const;
/** By the quote that opens: what may close it, as keyboards and languages have it. */
const closingQuotes: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  "“": "”",
  "”": "”",
  "„": "“”",
  "‘": "’",
  "«": "»",
  "»": "«",
};

/** Splits a filter into its tokens, in one pass; throws `FilterMistake`. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const first = text.charAt(at);
    if (/\s/u.test(first)) at += 1;
    else {
      const { token, end } = tokenAt(text, at);
      tokens.push(token);
      at = end;
    }
  }
  tokens.push({ kind: "end", text: "", at: text.length });
  return tokens;
}

interface Read {
  readonly token: Token;
  readonly end: number;
}

function tokenAt(text: string, at: number): Read {
  const sign = signs.find((one) => text.startsWith(one, at));
  if (sign !== undefined) {
    return { token: { kind: "sign", text: sign, at }, end: at + sign.length };
  }
  const close = closingQuotes[text.charAt(at)];
  if (close !== undefined) return quotedAt(text, at, close);
  const word = wordAt(text, at);
  if (word === "") throw new FilterMistake(at, unusable(text, at));
  const keyword = word.toUpperCase();
  const token: Token = keywords.has(keyword)
    ? { kind: "sign", text: keyword, at }
    : { kind: "word", text: word, at };
  return { token, end: at + word.length };
}

function wordAt(text: string, at: number): string {
  let end = at;
  while (end < text.length) {
    // Whole characters: half of a pair is none.
    const character = String.fromCodePoint(text.codePointAt(end) ?? 0);
    if (!bareCharacter.test(character)) break;
    end += character.length;
  }
  return text.slice(at, end);
}

/** A backslash takes its meaning from a quote or another backslash; before anything else it is itself. */
function quotedAt(text: string, at: number, closing: string): Read {
  let value = "";
  for (let here = at + 1; here < text.length; here += 1) {
    const character = text.charAt(here);
    if (closing.includes(character)) {
      return { token: { kind: "text", text: value, at }, end: here + 1 };
    }
    if (control.test(character)) throw new FilterMistake(here, controlStands);
    const next = text.charAt(here + 1);
    const isEscape = character === "\\" && next !== "" && `${closing}\\`.includes(next);
    value += isEscape ? next : character;
    if (isEscape) here += 1;
  }
  throw new FilterMistake(
    at,
    `The quote that opens here is never closed: add ${closing.charAt(0)}`,
  );
}

/** A line's end is a blank like others. */
const control = /(?!\s)\p{Cc}/u;
const controlStands = "A control character stands here: remove it";

function unusable(text: string, at: number): string {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  if (character === "<" || character === ">") {
    return `There is no ${character}: compare with =, !=, IN, NOT IN, ~ or IS EMPTY`;
  }
  if (character === "!") return "After ! comes =, or write NOT before the condition";
  if (invisible.test(character)) return "An invisible character stands here: remove it";
  if (control.test(character)) return controlStands;
  return `${character} cannot stand here: put values that hold it into quotes`;
}
