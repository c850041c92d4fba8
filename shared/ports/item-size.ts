import type { Json } from "./table.ts";

/**
 * Bytes of an item as DynamoDB counts them for limits and billing: attribute names and values.
 * docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html, 2026-11
 */
export function itemBytes(item: Readonly<Record<string, Json>>): number {
  return mapBytes(item);
}

function mapBytes(map: Readonly<Record<string, Json>>): number {
  let bytes = 0;
  for (const name of Object.keys(map)) {
    const value = map[name];
    if (value !== undefined) bytes += textBytes(name) + valueBytes(value);
  }
  return bytes;
}

export function textBytes(text: string): number {
  return Buffer.byteLength(text, "utf8");
}

function valueBytes(value: Json): number {
  if (typeof value === "string") return textBytes(value);
  if (typeof value === "number") return numberBytes(value);
  if (typeof value === "boolean" || value === null) return 1;
  const elements = isList(value)
    ? value.reduce<number>((bytes, element) => bytes + valueBytes(element) + 1, 0)
    : mapBytes(value) + Object.keys(value).length;
  return elements + 3;
}

/** One byte, and one for each two significant digits; a sign takes one more. */
function numberBytes(value: number): number {
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
