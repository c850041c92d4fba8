import type { WorkItem } from "#shared/model/facts.ts";
import { shortText, titleLengthMax } from "#shared/model/facts.ts";
import { folded, foldedValue } from "#shared/model/folded.ts";
import { keptName, keptValue, keptValuesOf } from "#shared/model/kept-fields.ts";

import type { Condition, FilterField, LinkFilter } from "./link-rules-filter.ts";

/** Whether a filter takes an item, given its words. */
export type ItemTest = (words: ItemWords) => boolean;

/** The values of a condition, as stored texts are: long ones are stored cut. */
export function valuesWanted({
  field,
  values,
}: {
  readonly field: FilterField;
  readonly values: readonly string[];
}): readonly string[] {
  return values.map((value) => foldedValue(cutAsStored(field, value) ?? value));
}

function cutAsStored({ name }: FilterField, value: string): string | undefined {
  if (name === "field") return keptValue(value);
  return shortText(value, name === "title" ? titleLengthMax : undefined);
}

/** The texts of an item that filters ask for, folded when they are first asked for. */
export class ItemWords {
  readonly #item: WorkItem;
  readonly #known = new Map<string, readonly string[]>();

  constructor(item: WorkItem) {
    this.#item = item;
  }

  /** `key` is what `fieldKey` says of the field. */
  of(field: FilterField, key: string): readonly string[] {
    let words = this.#known.get(key);
    if (words === undefined) {
      words = textsOf(this.#item, field).map(folded);
      this.#known.set(key, words);
    }
    return words;
  }
}

/** Tells one field from another; those of the tool by their names, folded. */
export function fieldKey(field: FilterField): string {
  return field.name === "field" ? `field:${toolFieldName(field.of)}` : field.name;
}

/** What the item has in the field, as it is stored. */
export function textsOf(item: WorkItem, field: FilterField): readonly string[] {
  switch (field.name) {
    case "connection":
      return [item.connectionId];
    case "project":
      return some(item.container);
    case "section":
      return some(item.section);
    case "label":
      return item.labels ?? [];
    case "kind":
      return [item.kind];
    case "type":
      return [item.originalKind];
    case "team":
      return some(item.teamName);
    case "title":
      return [item.title];
    case "key":
      return some(item.key);
    case "field":
      return toolField(item, field.of);
  }
}

function some(text: string | undefined): readonly string[] {
  return text === undefined ? [] : [text];
}

function toolFieldName(name: string): string {
  return foldedValue(keptName(name) ?? name);
}

/** Two fields of the tool whose names differ in capitals only count as one. */
function toolField({ fields }: WorkItem, name: string): readonly string[] {
  if (fields === undefined) return [];
  const wanted = toolFieldName(name);
  return Object.entries(fields).flatMap(([own, value]) =>
    folded(own) === wanted ? keptValuesOf(value) : [],
  );
}

/** Makes a filter ready to be asked of many items. */
export function testOf(filter: LinkFilter): ItemTest {
  switch (filter.test) {
    case "all": {
      const tests = filter.of.map(testOf);
      return (words) => tests.every((test) => test(words));
    }
    case "any": {
      const tests = filter.of.map(testOf);
      return (words) => tests.some((test) => test(words));
    }
    case "not": {
      const test = testOf(filter.of);
      return (words) => !test(words);
    }
    default:
      return conditionTest(filter);
  }
}

function conditionTest(condition: Condition): ItemTest {
  const { field } = condition;
  const key = fieldKey(field);
  switch (condition.test) {
    case "one-of": {
      const wanted = new Set(valuesWanted(condition));
      const { isNegated } = condition;
      return (words) => words.of(field, key).some((word) => wanted.has(word)) !== isNegated;
    }
    case "contains": {
      const part = foldedValue(condition.text);
      return (words) => words.of(field, key).some((word) => word.includes(part));
    }
    case "empty": {
      const { isNegated } = condition;
      return (words) => (words.of(field, key).length === 0) !== isNegated;
    }
  }
}
