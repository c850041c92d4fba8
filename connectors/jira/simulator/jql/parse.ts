import { JqlError } from "./jql-error.ts";
import { type Token, tokenize } from "./tokenize.ts";

export type Operator =
  | "="
  | "!="
  | ">"
  | ">="
  | "<"
  | "<="
  | "~"
  | "in"
  | "not in"
  | "is"
  | "is not";

export type Clause =
  | { readonly kind: "and" | "or"; readonly clauses: readonly Clause[] }
  | { readonly kind: "not"; readonly clause: Clause }
  | {
      readonly kind: "test";
      /** Lower case. */
      readonly field: string;
      readonly operator: Operator;
      readonly values: readonly string[];
    };

export interface Query {
  /** Absent: no restriction at all. */
  readonly where?: Clause;
  readonly orderBy: readonly { readonly field: string; readonly isDescending: boolean }[];
}

/** Reads the part of JQL that the simulator knows; throws `JqlError` on all else. */
export function parseJql(jql: string): Query {
  return new Parser(tokenize(jql)).query();
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  query(): Query {
    const isBare = this.#tokens.length === 0 || this.#isWord("order");
    const where = isBare ? undefined : this.#either();
    const orderBy = this.#takeWord("order") ? this.#order() : [];
    if (this.#at < this.#tokens.length) throw this.#unexpected();
    return { ...(where && { where }), orderBy };
  }

  #either(): Clause {
    const clauses = [this.#both()];
    while (this.#takeWord("or")) clauses.push(this.#both());
    return clauses.length === 1 && clauses[0] ? clauses[0] : { kind: "or", clauses };
  }

  #both(): Clause {
    const clauses = [this.#one()];
    while (this.#takeWord("and")) clauses.push(this.#one());
    return clauses.length === 1 && clauses[0] ? clauses[0] : { kind: "and", clauses };
  }

  #one(): Clause {
    if (this.#takeWord("not")) return { kind: "not", clause: this.#one() };
    if (!this.#takePunctuation("(")) return this.#test();
    const clause = this.#either();
    if (!this.#takePunctuation(")")) throw this.#unexpected();
    return clause;
  }

  #test(): Clause {
    const field = this.#value().toLowerCase();
    const operator = this.#operator();
    const isList = operator === "in" || operator === "not in";
    const values = isList ? this.#list() : [this.#value()];
    return { kind: "test", field, operator, values };
  }

  #operator(): Operator {
    if (this.#takeWord("in")) return "in";
    if (this.#takeWord("is")) return this.#takeWord("not") ? "is not" : "is";
    if (this.#takeWord("not")) {
      if (this.#takeWord("in")) return "not in";
      throw this.#unexpected();
    }
    const operator = symbols.find((each) => each === this.#next?.value);
    if (this.#next?.kind !== "operator" || !operator) throw this.#unexpected();
    this.#at += 1;
    return operator;
  }

  #list(): readonly string[] {
    if (!this.#takePunctuation("(")) throw this.#unexpected();
    const values = [this.#value()];
    while (this.#takePunctuation(",")) values.push(this.#value());
    if (!this.#takePunctuation(")")) throw this.#unexpected();
    return values;
  }

  #order(): Query["orderBy"] {
    if (!this.#takeWord("by")) throw this.#unexpected();
    const orderBy: { field: string; isDescending: boolean }[] = [];
    do {
      const field = this.#value().toLowerCase();
      const isDescending = this.#takeWord("desc");
      if (!isDescending) this.#takeWord("asc");
      orderBy.push({ field, isDescending });
    } while (this.#takePunctuation(","));
    // Seven is Jira's limit (swagger of /search/jql, 2026-11).
    if (orderBy.length > 7) throw new JqlError("The ORDER BY clause may name at most 7 fields.");
    return orderBy;
  }

  #value(): string {
    const token = this.#next;
    if (token?.kind !== "word" && token?.kind !== "text") throw this.#unexpected();
    this.#at += 1;
    return token.value;
  }

  get #next(): Token | undefined {
    return this.#tokens[this.#at];
  }

  #isWord(word: string): boolean {
    return this.#next?.kind === "word" && this.#next.value.toLowerCase() === word;
  }

  #takeWord(word: string): boolean {
    const isTaken = this.#isWord(word);
    if (isTaken) this.#at += 1;
    return isTaken;
  }

  #takePunctuation(value: string): boolean {
    const isTaken = this.#next?.kind === "punctuation" && this.#next.value === value;
    if (isTaken) this.#at += 1;
    return isTaken;
  }

  #unexpected(): JqlError {
    const found = this.#next ? `'${this.#next.value}'` : "the end of the query";
    return new JqlError(`Error in the JQL Query: ${found} is not expected here.`);
  }
}

const symbols = ["=", "!=", ">", ">=", "<", "<=", "~"] as const;
