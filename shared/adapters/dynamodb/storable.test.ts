import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { itemBytes } from "#shared/ports/item-size.ts";
import type { Item } from "#shared/ports/table.ts";

import { measured } from "./storable.ts";

const text = fc.string({ unit: "binary", maxLength: 40 });
const data = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text,
    fc.integer(),
    fc.double({ min: -1e9, max: 1e9, noNaN: true }).filter((one) => Math.abs(one) > 1e-100),
    fc.boolean(),
    fc.constantFrom(null, undefined),
    fc.array(tie("value").filter((one) => one !== undefined)),
    fc.dictionary(fc.string({ minLength: 1, maxLength: 20 }), tie("value")),
  ),
})).value;

describe("an item on its way into the table", () => {
  test("is measured as whoever measures it again will", () => {
    fc.assert(
      fc.property(data, text, (value, title) => {
        fc.pre(!JSON.stringify(value ?? null).includes("__proto__"));
        const { item, bytes } = measured({ pk: "p", sk: "s", title, value } as Item);
        expect(bytes).toBe(itemBytes(item));
      }),
    );
  });

  test("counts three bytes for half of a pair, which is what it is replaced by", () => {
    const { item, bytes } = measured({ pk: "p", sk: "s", ab: "\ud800" });
    expect(item["ab"]).toBe("\ufffd");
    expect(bytes).toBe(2 + 1 + 2 + 1 + 2 + 3);
  });
});
