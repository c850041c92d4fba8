import { HubError } from "#shared/errors.ts";
import { containerBytes, elementBytes, numberBytes, textBytes } from "#shared/ports/item-size.ts";
import type { Item, Json, Key } from "#shared/ports/table.ts";

import { keyAttributes } from "./schema.ts";

/** DynamoDB's limit of an item, names and values together. */
const itemBytesMax = 400 * 1024;
/** DynamoDB's limit of a sort key; `pk` sorts an index, so every key attribute keeps it. */
const keyBytesMax = 1024;
/** No key holds it, so that a prefix followed by it lies above every key that begins so. */
export const highestCharacter = "\u{10ffff}";
/** DynamoDB nests 32 levels, the embedded database 31. */
const depthMax = 31;

/**
 * A deep, frozen copy of the item as the table keeps it: undefined dropped, broken surrogates
 * replaced, -0 made 0. Throws `invariant.broken` for what DynamoDB cannot hold or give back
 * unchanged, `input.too-large` above 400 KB.
 */
export function storable(item: Item): Item {
  return measured(item).item;
}

/** An item as the table keeps it, with its bytes as limits and billing count them. */
export interface Measured {
  readonly item: Item;
  readonly bytes: number;
}

/** As `storable`, with the bytes that were counted on the way. */
export function measured(item: Item): Measured {
  const copy = new Copy();
  const copied = copy.mapOf(item, undefined, 0);
  for (const name of keyAttributes) {
    const value = copied[name];
    if (value !== undefined || name === "pk" || name === "sk") assertKeyText(item[name], name);
  }
  const { bytes } = copy;
  if (bytes > itemBytesMax) {
    throw new HubError(
      "input.too-large",
      `An item of ${String(bytes)} bytes cannot be stored: the limit is ${String(itemBytesMax)}. Store less of it.`,
      { details: { bytes, bytesMax: itemBytesMax } },
    );
  }
  return { item: asItem(copied), bytes };
}

/** The key alone, checked; extra attributes of the argument are left behind. */
export function storableKey(key: Key): Key {
  assertKeyText(key.pk, "pk");
  assertKeyText(key.sk, "sk");
  return { pk: key.pk, sk: key.sk };
}

/** `roomBytes` of what a key can hold must be left. */
export function assertKeyText(
  value: unknown,
  name: string,
  roomBytes = 0,
): asserts value is string {
  if (typeof value !== "string" || value === "") {
    throw new HubError(
      "invariant.broken",
      `Key attribute ${name} must be a text that is not empty`,
    );
  }
  const bytes = textBytes(value) + roomBytes;
  // Only of ASCII there are as many bytes as units, and nothing can be wrong with that.
  const wrong =
    bytes !== value.length + roomBytes &&
    (!value.isWellFormed() || value.includes(highestCharacter));
  if (wrong || bytes > keyBytesMax) {
    throw new HubError(
      "invariant.broken",
      `Key attribute ${name} must be well-formed text of at most ${String(keyBytesMax)} bytes`,
      { details: { bytes } },
    );
  }
}

/** Holds after `assertKeyText` has seen both key attributes of the map. */
function asItem(map: Readonly<Record<string, Json>>): Item {
  return map as Item;
}

/** Where a value stands; put into words only where something is wrong with it. */
interface Place {
  readonly name: string;
  readonly within: Place | undefined;
}

function pathOf({ name, within }: Place): string {
  if (within === undefined) return name;
  return name === "[]" ? `${pathOf(within)}[]` : `${pathOf(within)}.${name}`;
}

/** Copies one item and counts its bytes on the way, as `itemBytes` does. */
class Copy {
  bytes = 0;

  mapOf(source: object, within: Place | undefined, depth: number): Readonly<Record<string, Json>> {
    // Copied whole, so that it stays as quick to read as it is; then each value that is kept otherwise.
    const copy = membersOf({ ...source });
    let isPatchy = false;
    for (const name of Object.keys(copy)) {
      const value = copy[name];
      if (value === undefined) {
        isPatchy = true;
        continue;
      }
      // Assigning __proto__ would change the copy's prototype instead of storing anything.
      if (name === "" || name === "__proto__") throw unstorable({ name, within }, "name");
      if (this.#textOf(name) !== name) isPatchy = true;
      const kept =
        typeof value === "string"
          ? this.#textOf(value)
          : this.#valueOf(value, { name, within }, depth + 1);
      if (!Object.is(kept, value)) copy[name] = kept;
    }
    return frozenMap(isPatchy ? withGoodNames(copy) : copy);
  }

  #valueOf(value: unknown, path: Place, depth: number): Json {
    if (typeof value === "string") return this.#textOf(value);
    if (typeof value === "boolean" || value === null) {
      this.bytes += 1;
      return value;
    }
    if (typeof value === "number") {
      const stored = numberOf(value, path);
      this.bytes += numberBytes(stored);
      return stored;
    }
    if (depth > depthMax) throw unstorable(path, "depth");
    if (Array.isArray(value)) {
      const element: Place = { name: "[]", within: path };
      this.bytes += containerBytes + value.length * elementBytes;
      return Object.freeze(value.map((one) => this.#valueOf(one, element, depth + 1)));
    }
    if (typeof value === "object" && isPlain(value)) {
      const copy = this.mapOf(value, path, depth);
      this.bytes += containerBytes + Object.keys(copy).length * elementBytes;
      return copy;
    }
    throw unstorable(path, typeof value);
  }

  #textOf(text: string): string {
    const bytes = textBytes(text);
    this.bytes += bytes;
    // As many bytes as units: ASCII, which is well-formed. A replaced surrogate takes as much as a broken one.
    return bytes === text.length ? text : text.toWellFormed();
  }
}

/** Own names lead to values of any kind. */
function membersOf(source: object): Record<string, unknown> {
  return source as Record<string, unknown>;
}

/** Without what is undefined, and with names that are well-formed. */
function withGoodNames(copy: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(copy).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toWellFormed(), value]],
    ),
  );
}

/** Holds of a copy whose values are all such as `Copy` keeps. */
function frozenMap(copy: Readonly<Record<string, unknown>>): Readonly<Record<string, Json>> {
  return Object.freeze(copy) as Readonly<Record<string, Json>>;
}

/** Beyond these bounds a number cannot be stored, or would be read back as another one. */
function numberOf(value: number, path: Place): number {
  const size = Math.abs(value);
  if (!(size <= Number.MAX_SAFE_INTEGER) || (size > 0 && size < 1e-130)) {
    throw unstorable(path, "number out of range");
  }
  return value === 0 ? 0 : value;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function unstorable(place: Place, what: string): HubError {
  return new HubError("invariant.broken", `Attribute ${pathOf(place)} cannot be stored (${what})`);
}
