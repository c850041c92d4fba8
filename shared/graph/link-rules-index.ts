import type { WorkItem } from "#shared/model/facts.ts";
import { folded } from "#shared/model/folded.ts";
import { keptValuesOf } from "#shared/model/kept-fields.ts";

import type { FilterField } from "./link-rules-filter.ts";
import { textsOf } from "./link-rules-match.ts";
import type { RequiredValue } from "./link-rules-required.ts";

/** Texts of which it is remembered what they lead to; few are ever different, but titles may be. */
const rememberedMax = 10_000;

const nothing: readonly never[] = [];

/** What is looked for, by the values of one field. Folding a text costs more than to look it up. */
class ValueIndex<T> {
  readonly #byValue = new Map<string, T[]>();
  readonly #remembered = new Map<string, readonly T[]>();

  add(value: string, thing: T): void {
    const same = this.#byValue.get(value);
    if (same) same.push(thing);
    else this.#byValue.set(value, [thing]);
  }

  find(text: string): readonly T[] {
    const known = this.#remembered.get(text);
    if (known) return known;
    const found = this.#byValue.get(folded(text)) ?? nothing;
    if (this.#remembered.size >= rememberedMax) this.#remembered.clear();
    this.#remembered.set(text, found);
    return found;
  }
}

/** Finds the things that ask for a value which an item has; a thing that asks for two may come twice. */
export class RequiredIndex<T> {
  readonly #named = new Map<string, { readonly field: FilterField; values: ValueIndex<T> }>();
  /** Fields of tools, by their names as `fieldKey` has them. */
  readonly #ofTool = new Map<string, ValueIndex<T>>();
  /** The same by the names that tools use; undefined where nobody asks. */
  readonly #byToolName = new Map<string, ValueIndex<T> | undefined>();

  add({ field, key, value }: RequiredValue, thing: T): void {
    this.#valuesOf(field, key).add(value, thing);
  }

  #valuesOf(field: FilterField, key: string): ValueIndex<T> {
    const isOfTool = field.name === "field";
    const known = isOfTool ? this.#ofTool.get(key) : this.#named.get(key)?.values;
    if (known) return known;
    const values = new ValueIndex<T>();
    if (isOfTool) this.#ofTool.set(key, values);
    else this.#named.set(key, { field, values });
    return values;
  }

  /** Calls `visit` with each list of things that a value of the item leads to. */
  candidates(item: WorkItem, visit: (things: readonly T[]) => void): void {
    for (const { field, values } of this.#named.values()) {
      for (const text of textsOf(item, field)) {
        const things = values.find(text);
        if (things.length > 0) visit(things);
      }
    }
    if (this.#ofTool.size === 0 || item.fields === undefined) return;
    for (const [name, text] of Object.entries(item.fields)) {
      const index = this.#toolField(name);
      if (!index) continue;
      for (const value of keptValuesOf(text)) {
        const things = index.find(value);
        if (things.length > 0) visit(things);
      }
    }
  }

  #toolField(name: string): ValueIndex<T> | undefined {
    if (this.#byToolName.has(name)) return this.#byToolName.get(name);
    const values = this.#ofTool.get(`field:${folded(name)}`);
    if (this.#byToolName.size >= rememberedMax) this.#byToolName.clear();
    this.#byToolName.set(name, values);
    return values;
  }
}
