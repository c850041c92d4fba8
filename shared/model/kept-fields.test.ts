import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { WorkItem } from "./facts.ts";
import {
  keptFields,
  keptFieldsMax,
  keptText,
  keptTextMax,
  keptValue,
  keptValuesOf,
  readWantedField,
} from "./kept-fields.ts";

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 400 }),
  fc.constantFrom("__proto__", "\u0000", "\uD800", "a\nb", " ", "😀".repeat(90)),
);
const anyValue = fc.oneof(anyText, fc.anything());

describe("what is kept of fields", () => {
  test("each value can be found again, whatever the others are", () => {
    fc.assert(
      fc.property(fc.array(anyValue, { maxLength: 3 }), (values) => {
        const each = values.flatMap((value) => keptValue(value) ?? []);
        const text = keptText(values);
        expect(text === undefined ? [] : keptValuesOf(text)).toEqual([...new Set(each)]);
      }),
    );
  });

  test("is bounded, storable and the same however often, for any names and values", () => {
    const field = fc.record({
      name: fc.oneof(fc.string(), anyText),
      values: fc.array(anyValue),
    });
    const Fields = WorkItem.shape.fields;
    fc.assert(
      fc.property(fc.array(field, { maxLength: 30 }), (found) => {
        const fields = keptFields(found);
        expect(Fields.parse(fields)).toEqual(fields);
        expect(Object.keys(fields ?? {}).length).toBeLessThanOrEqual(keptFieldsMax);
        expect(keptFields(found)).toEqual(fields);
        // It comes back from storage as it went there.
        expect(JSON.parse(JSON.stringify({ fields }))).toEqual(fields ? { fields } : {});
      }),
    );
  });

  test("of very many values whole ones are kept, the first of them", () => {
    const text = keptText(Array.from({ length: 100 }, (_, at) => `Market number ${at}`)) ?? "";
    expect(text.length).toBeLessThanOrEqual(keptTextMax);
    expect(keptValuesOf(text).at(-1)).toMatch(/^Market number \d+$/u);
  });

  test("fields of one name count as one, and nothing is kept of empty ones", () => {
    expect(
      keptFields([
        { name: "Area", values: ["EU", "DACH"] },
        { name: "Area", values: ["EU", "UK"] },
      ]),
    ).toEqual({ Area: "EU\nDACH\nUK" });
    expect(keptFields([{ name: "Area", values: [null, "", 7] }])).toBeUndefined();
  });
});

test("an entry names a field, or an id and what it shall be called", () => {
  const id = /^\d+$/u;
  expect(readWantedField("77 = Area", id)).toEqual({ wanted: "77", name: "Area" });
  expect(readWantedField(" Cost=Benefit ", id)).toEqual({
    wanted: "Cost=Benefit",
    name: undefined,
  });
  expect(readWantedField("77=", id)).toEqual({ wanted: "77=", name: undefined });
});
