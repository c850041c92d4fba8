import { JqlError } from "./jql-error.ts";

export interface Token {
  readonly kind: "word" | "text" | "operator" | "punctuation";
  /** Words as written; quoted texts without their quotes. */
  readonly value: string;
}

const pattern =
  /\s*(?:(?<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?<operator>!=|>=|<=|!~|[=<>~])|(?<punctuation>[(),])|(?<word>[^\s"'()=<>!~,]+))/uy;

/** Splits JQL; throws `JqlError` on a character that starts nothing. */
export function tokenize(jql: string): readonly Token[] {
  const tokens: Token[] = [];
  const input = jql.trimEnd();
  for (let at = 0; at < input.length; at = pattern.lastIndex) {
    pattern.lastIndex = at;
    const groups = pattern.exec(input)?.groups;
    if (!groups) throw new JqlError(`Error in the JQL Query: unexpected character at ${at + 1}.`);
    const { text, operator, punctuation, word } = groups;
    if (text !== undefined) {
      tokens.push({ kind: "text", value: text.slice(1, -1).replaceAll(/\\(.)/gu, "$1") });
    } else if (operator !== undefined) tokens.push({ kind: "operator", value: operator });
    else if (punctuation !== undefined) tokens.push({ kind: "punctuation", value: punctuation });
    else if (word !== undefined) tokens.push({ kind: "word", value: word });
  }
  return tokens;
}
