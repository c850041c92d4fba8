import { WorkItemKind } from "#shared/model/facts.ts";
import { filterLengthMax } from "#shared/model/link-rule.ts";

import type { FilterField, LinkFilter } from "./link-rules-filter.ts";
import { filterFields } from "./link-rules-filter.ts";
import { nearestWord } from "./link-rules-suggest.ts";
import type { Token } from "./link-rules-tokens.ts";
import { FilterMistake, tokensOf } from "./link-rules-tokens.ts";

export type ParsedFilter =
  | { readonly ok: true; readonly filter: LinkFilter }
  /** `at` counts characters from 1, as the message does. */
  | { readonly ok: false; readonly message: string; readonly at: number };

/** Brackets within brackets, and NOT after NOT. */
const depthMax = 32;

const kinds: readonly string[] = WorkItemKind.options;

/**
 * Reads a filter, as `project = PAY AND (label IN (growth, "q3 push") OR section = "Now")`. Never
 * throws, and takes time in proportion to the text. What is wrong is said with its place, what was
 * expected there, and what to do.
 */
export function parseLinkFilter(text: string): ParsedFilter {
  if (text.length > filterLengthMax) {
    const message = `A filter has at most ${filterLengthMax} characters, this one ${text.length}: make two rules of it`;
    return { ok: false, message, at: filterLengthMax + 1 };
  }
  try {
    if (!text.isWellFormed()) throw new FilterMistake(0, "The text is damaged: type it anew");
    return { ok: true, filter: new Parser(tokensOf(text)).whole() };
  } catch (error) {
    if (!(error instanceof FilterMistake)) throw error;
    const at = Array.from(text.slice(0, error.at)).length + 1;
    return { ok: false, message: `${error.message} (at character ${at})`, at };
  }
}

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): LinkFilter {
    if (this.#peek().kind === "end") {
      throw new FilterMistake(0, "The filter is empty: say which work it means, as label = growth");
    }
    const filter = this.#any();
    const rest = this.#peek();
    if (rest.kind !== "end") {
      const what = rest.text === ")" ? "This ) closes nothing: remove it" : expectedAndOr(rest);
      throw new FilterMistake(rest.at, what);
    }
    return filter;
  }

  #any(): LinkFilter {
    return this.#joined("any", "OR", () => this.#all());
  }

  #all(): LinkFilter {
    return this.#joined("all", "AND", () => this.#negation());
  }

  #joined(test: "any" | "all", word: string, operand: () => LinkFilter): LinkFilter {
    const first = operand();
    const of = [first];
    while (this.#accept(word)) of.push(operand());
    return of.length === 1 ? first : { test, of };
  }

  #negation(): LinkFilter {
    const { at } = this.#peek();
    if (this.#accept("NOT")) {
      return this.#deeper(at, () => ({ test: "not", of: this.#negation() }));
    }
    if (!this.#accept("(")) return this.#condition();
    return this.#deeper(at, () => {
      const filter = this.#any();
      this.#expect(")", `Expected AND, OR or a ) for the ( of character ${at + 1}`);
      return filter;
    });
  }

  #deeper(at: number, read: () => LinkFilter): LinkFilter {
    this.#depth += 1;
    if (this.#depth > depthMax) {
      throw new FilterMistake(at, `Nested deeper than ${depthMax}: make it simpler, or two rules`);
    }
    const filter = read();
    this.#depth -= 1;
    return filter;
  }

  #condition(): LinkFilter {
    const field = this.#field();
    const operator = this.#take();
    switch (operator.kind === "sign" ? operator.text : "") {
      case "=":
      case "!=":
        return oneOf(field, [this.#value(field, operator)], operator.text === "!=");
      case "IN":
        return oneOf(field, this.#values(field), false);
      case "NOT":
        this.#expect("IN", "Expected IN after NOT, as label NOT IN (growth, retention)");
        return oneOf(field, this.#values(field), true);
      case "~":
        return this.#contains(field, operator);
      case "IS": {
        const isNegated = this.#accept("NOT");
        this.#expect("EMPTY", "Expected EMPTY or NOT EMPTY after IS");
        return { test: "empty", field, isNegated };
      }
      default:
        throw new FilterMistake(
          operator.at,
          `Expected =, !=, IN, NOT IN, ~ or IS after ${nameOf(field)}${found(operator)}`,
        );
    }
  }

  #field(): FilterField {
    const token = this.#take();
    if (token.kind !== "word") {
      const hint =
        token.kind === "text" ? `: a field of the tool is written field["${token.text}"]` : "";
      throw new FilterMistake(
        token.at,
        `Expected a field, as project or label${hint || found(token)}`,
      );
    }
    const word = token.text.toLowerCase();
    if (word === "field") return this.#toolField();
    const name = filterFields.find((one) => one === word);
    if (name !== undefined) return { name };
    const near = nearestWord(word, [...filterFields, "field"]);
    const hint =
      near === undefined
        ? `choose one of ${filterFields.join(", ")}, or field["…"]`
        : `did you mean ${near}?`;
    throw new FilterMistake(token.at, `Unknown field \`${token.text}\`: ${hint}`);
  }

  #toolField(): FilterField {
    const how = 'Name the tool\'s field in brackets, as field["Investment"]';
    this.#expect("[", how);
    const name = this.#take();
    if ((name.kind !== "text" && name.kind !== "word") || name.text.trim() === "") {
      throw new FilterMistake(name.at, how);
    }
    this.#expect("]", `Expected ] after the name of the field`);
    return { name: "field", of: name.text };
  }

  #contains(field: FilterField, operator: Token): LinkFilter {
    if (field.name === "kind" || field.name === "connection") {
      throw new FilterMistake(operator.at, `${nameOf(field)} takes =, !=, IN or NOT IN, not ~`);
    }
    return { test: "contains", field, text: this.#value(field, operator) };
  }

  #values(field: FilterField): readonly string[] {
    const open = this.#expect("(", "Expected ( and a list of values, as (growth, retention)");
    const values = [this.#value(field, open)];
    for (let comma = this.#acceptSign(","); comma; comma = this.#acceptSign(",")) {
      values.push(this.#value(field, comma));
    }
    this.#expect(")", "Expected , or ) in the list of values");
    return values;
  }

  #value(field: FilterField, after: Token): string {
    const token = this.#take();
    if (token.kind !== "word" && token.kind !== "text") {
      const isKeyword = token.kind === "sign" && /^[A-Z]/u.test(token.text);
      const hint = isKeyword ? `: to mean the word ${token.text}, put it into quotes` : "";
      throw new FilterMistake(
        token.at,
        `Expected a value after ${after.text}${hint || found(token)}`,
      );
    }
    assertPossible(field, token);
    return token.text;
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { kind: "end", text: "", at: 0 };
  }

  #take(): Token {
    const token = this.#peek();
    // The end is never passed, however often it is taken.
    if (token.kind !== "end") this.#next += 1;
    return token;
  }

  #accept(text: string): boolean {
    return this.#acceptSign(text) !== undefined;
  }

  #acceptSign(text: string): Token | undefined {
    const token = this.#peek();
    return token.kind === "sign" && token.text === text ? this.#take() : undefined;
  }

  #expect(text: string, message: string): Token {
    const token = this.#acceptSign(text);
    if (token) return token;
    const { at } = this.#peek();
    throw new FilterMistake(at, `${message}${found(this.#peek())}`);
  }
}

function oneOf(field: FilterField, values: readonly string[], isNegated: boolean): LinkFilter {
  return { test: "one-of", field, values, isNegated };
}

/** A value that no item can have is a mistake, and is better said than never matched. */
function assertPossible(field: FilterField, { text, at }: Token): void {
  if (text.trim() === "") {
    throw new FilterMistake(at, `The value is empty: write ${nameOf(field)} IS EMPTY`);
  }
  if (field.name === "kind" && !kinds.includes(text.toLowerCase())) {
    const near = nearestWord(text.toLowerCase(), kinds);
    const hint = near === undefined ? `choose one of ${kinds.join(", ")}` : `did you mean ${near}?`;
    throw new FilterMistake(at, `Unknown kind \`${text}\`: ${hint} (the tool's own word is type)`);
  }
  if (field.name === "connection" && !/^conn_[0-9a-z]{10}$/iu.test(text)) {
    throw new FilterMistake(
      at,
      "A connection is named by its id, as conn_ and ten characters: its page has it in its address",
    );
  }
}

function nameOf(field: FilterField): string {
  return field.name === "field" ? `field["${field.of}"]` : field.name;
}

function expectedAndOr(token: Token): string {
  const hint =
    token.kind === "word" ? ": if it belongs to the value before, put that into quotes" : "";
  return `Expected AND or OR before ${token.text || "this"}${hint}`;
}

function found({ kind, text }: Token): string {
  return kind === "end" ? ", but the filter ends here" : `, but found ${text}`;
}
