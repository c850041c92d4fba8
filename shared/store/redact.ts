import type { Item, Json } from "#shared/ports/table.ts";

/** Finds ids and addresses in texts: whole ones, not parts of longer ones, whatever their case. */
export class Needles {
  readonly #pattern: RegExp;

  /** `identifiers` must not be empty. */
  constructor(identifiers: Iterable<string>) {
    const escaped = [...identifiers].map((text) => text.replace(/[\\^$.*+?()[\]{}|/]/gu, "\\$&"));
    // An address may end a sentence, but not be the beginning of a longer domain or id.
    this.#pattern = new RegExp(`(?<![\\w.%+-])(?:${escaped.join("|")})(?![\\w-]|\\.\\w)`, "giu");
  }

  areIn(text: string): boolean {
    return text.search(this.#pattern) >= 0;
  }

  /** Whether the text is nothing but one of them. */
  are(text: string): boolean {
    return text.replace(this.#pattern, "") === "" && text !== "";
  }

  /** Never longer than the text was: what was within a bound still is. */
  struckFrom(text: string): string {
    return text.replace(this.#pattern, (found) => (found.length < mark.length ? "…" : mark));
  }
}

const mark = "(erased)";

/** What things are called, and words of people: readers rely on it, so one that is a mention is struck out. */
const wordFields: ReadonlySet<string> = new Set([
  "by",
  "container",
  "displayName",
  "key",
  "label",
  "name",
  "nextStep",
  "originalKind",
  "originalStatus",
  "sentence",
  "teamName",
  "title",
  "why",
]);

/** Whom somebody works for says nothing of whom the entry is about. */
const managerFields: ReadonlySet<string> = new Set(["managerId"]);

/**
 * A value without them: a field or a list's element that is one goes, so does an object in a list that
 * has such a field, and a text that holds one is left with the place struck out, as is a name or a word
 * that is one. Undefined when nothing of the value may stay. Pure.
 */
function redacted(value: Json, needles: Needles): Json | undefined {
  if (typeof value === "string") {
    return needles.are(value) ? undefined : needles.struckFrom(value);
  }
  if (Array.isArray(value)) {
    return value.flatMap((element: Json) => {
      const rest = isAbout(element, needles) ? undefined : redacted(element, needles);
      return rest === undefined ? [] : [rest];
    });
  }
  return isMap(value) ? redactedFields(value, needles) : value;
}

/** An entry of a list that names somebody is about them: a hop of a path, a row. */
function isAbout(element: Json, needles: Needles): boolean {
  return (
    isMap(element) &&
    Object.entries(element).some(
      ([name, field]) =>
        typeof field === "string" && !managerFields.has(name) && needles.are(field),
    )
  );
}

type JsonMap = Readonly<Record<string, Json>>;

function isMap(value: Json): value is JsonMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function redactedFields(fields: JsonMap, needles: Needles): Record<string, Json> {
  const kept: Record<string, Json> = {};
  for (const [name, field] of Object.entries(fields)) {
    // What is told by person goes with the person: a map's key is a mention as much as a value.
    if (needles.areIn(name)) continue;
    const isWord = typeof field === "string" && wordFields.has(name);
    const rest = isWord ? needles.struckFrom(field) : redacted(field, needles);
    if (rest !== undefined) kept[name] = rest;
  }
  return kept;
}

export function itemMentions(item: Item, needles: Needles): boolean {
  return needles.areIn(JSON.stringify(item));
}

/** The item without them; its key is as it was. Lines of what a record asserts go whole. */
export function redactedItem(item: Item, needles: Needles): Item {
  const { pk, sk, asserts, ...fields } = item;
  const lines = Array.isArray(asserts)
    ? asserts.filter((line: Json) => typeof line === "string" && !needles.areIn(line))
    : [];
  return {
    ...redactedFields(fields, needles),
    ...(lines.length > 0 && { asserts: lines }),
    pk,
    sk,
  };
}
