import type { Json } from "./table.ts";

/**
 * Bytes of an item as DynamoDB counts them for limits and billing: attribute names and values.
 * docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html, 2026-11
 */
export function itemBytes(map: Readonly<Record<string, Json>>): number {
  let bytes = 0;
  for (const name of Object.keys(map)) {
    const value = map[name];
    if (value !== undefined) bytes += textBytes(name) + valueBytes(value);
  }
  return bytes;
}

/** Most names and words are no longer, and then looking at each character is quicker than a call out. */
const shortText = 16;

export function textBytes(text: string): number {
  const { length } = text;
  if (length > shortText) return Buffer.byteLength(text, "utf8");
  for (let at = 0; at < length; at += 1) {
    if (text.charCodeAt(at) > 0x7f) return Buffer.byteLength(text, "utf8");
  }
  return length;
}

function valueBytes(value: Json): number {
  if (typeof value === "string") return textBytes(value);
  if (typeof value === "number") return numberBytes(value);
  if (typeof value === "boolean" || value === null) return 1;
  const elements = isList(value)
    ? value.reduce<number>((bytes, element) => bytes + valueBytes(element) + elementBytes, 0)
    : itemBytes(value) + Object.keys(value).length * elementBytes;
  return elements + containerBytes;
}

/** What a list or map takes, and what each of its elements takes beside its own bytes. */
export const containerBytes = 3;
export const elementBytes = 1;

/** One byte, and one for each two significant digits; a sign takes one more. */
export function numberBytes(value: number): number {
  return Math.ceil(significantDigits(Math.abs(value)) / 2) + 1 + (value < 0 ? 1 : 0);
}

function significantDigits(size: number): number {
  if (size === 0) return 0;
  if (Number.isSafeInteger(size)) {
    let whole = size;
    while (whole % 10 === 0) whole /= 10;
    return whole.toString().length;
  }
  const [mantissa = ""] = size.toString().split("e");
  return mantissa.replace(".", "").replace(/^0+/u, "").replace(/0+$/u, "").length;
}

/** `Array.isArray` does not narrow readonly arrays. */
function isList(value: object): value is readonly Json[] {
  return Array.isArray(value);
}
