import { describe, expect, test } from "vitest";

import type { Condition, Item } from "#shared/ports/table.ts";

import type { TableContractSubject } from "../table-contract.ts";

const key = { pk: "item#1", sk: "state" };
const stored: Item = {
  ...key,
  number: 5,
  text: "m",
  emoji: "😀",
  truth: true,
  nothing: null,
  list: [1],
  empty: "",
  status: "open",
  "odd name.with#signs": 1,
};

const cases: readonly (readonly [holds: boolean, why: string, condition: Condition])[] = [
  [true, "no clause", []],
  [true, "a clause without tests", [[]]],
  [true, "= on a number", [[["number", "=", 5]]]],
  [false, "= on another number", [[["number", "=", 6]]]],
  [true, "= on a text", [[["text", "=", "m"]]]],
  [true, "= on an empty text", [[["empty", "=", ""]]]],
  [true, "= on a boolean", [[["truth", "=", true]]]],
  [false, "= across types", [[["number", "=", "5"]]]],
  [false, "= on a null", [[["nothing", "=", ""]]]],
  [false, "= on an absent attribute", [[["absent", "=", 5]]]],
  [true, "<> on another number", [[["number", "<>", 6]]]],
  [false, "<> on the same number", [[["number", "<>", 5]]]],
  [true, "<> across types", [[["number", "<>", "5"]]]],
  [true, "<> on a list", [[["list", "<>", 1]]]],
  [false, "<> on an absent attribute", [[["absent", "<>", 5]]]],
  [true, "<", [[["number", "<", 5.5]]]],
  [false, "< on the same", [[["number", "<", 5]]]],
  [true, "<= on the same", [[["number", "<=", 5]]]],
  [false, "<= below", [[["number", "<=", 4.99]]]],
  [true, ">", [[["number", ">", -5]]]],
  [false, "> on the same", [[["number", ">", 5]]]],
  [true, ">= on the same", [[["number", ">=", 5]]]],
  [false, ">= above", [[["number", ">=", 40]]]],
  [true, "< on texts", [[["text", "<", "n"]]]],
  [false, "< on texts is not numeric", [[["text", "<", "10"]]]],
  [true, "> on texts goes by UTF-8 bytes", [[["emoji", ">", "\uffee"]]]],
  [false, "< across types", [[["number", "<", "9"]]]],
  [false, "> across types", [[["number", ">", "1"]]]],
  [false, "< on an absent attribute", [[["absent", "<", 5]]]],
  [false, ">= on an absent attribute", [[["absent", ">=", 5]]]],
  [true, "exists", [[["number", "exists"]]]],
  [true, "exists on a null", [[["nothing", "exists"]]]],
  [false, "exists on an absent attribute", [[["absent", "exists"]]]],
  [true, "absent on an absent attribute", [[["absent", "absent"]]]],
  [false, "absent on a present one", [[["number", "absent"]]]],
  [true, "a reserved word as a name", [[["status", "=", "open"]]]],
  [true, "a name with signs", [[["odd name.with#signs", "=", 1]]]],
  [
    true,
    "all tests of a clause",
    [
      [
        ["number", "=", 5],
        ["text", "<>", "x"],
        ["truth", "exists"],
      ],
    ],
  ],
  [
    false,
    "one failing test of a clause",
    [
      [
        ["number", "=", 5],
        ["text", "<>", "m"],
      ],
    ],
  ],
  [
    true,
    "a second clause",
    [
      [
        ["number", "=", 6],
        ["text", "=", "m"],
      ],
      [
        ["number", "<>", 7],
        ["truth", "=", true],
      ],
    ],
  ],
  [
    false,
    "no clause of two",
    [
      [["number", "=", 6]],
      [
        ["text", "=", "x"],
        ["truth", "=", true],
      ],
    ],
  ],
  [true, "an empty clause beside a failing one", [[["number", "=", 6]], []]],
  [
    true,
    "a key attribute",
    [
      [
        ["pk", "=", "item#1"],
        ["sk", ">", "s"],
      ],
    ],
  ],
];

export function testConditions({ makeTable }: TableContractSubject): void {
  describe("conditions", () => {
    test.each(cases)("%s: %s", async (holds, _why, condition) => {
      const table = await makeTable();
      await table.write({ kind: "put", item: stored, condition: [] });
      const expected = holds ? { applied: true } : { applied: false, current: stored };

      expect(await table.write({ kind: "check", key, condition })).toEqual(expected);
      const check = await table.transact([{ kind: "check", key, condition }]);
      expect(check).toEqual(
        holds ? expected : { applied: false, failed: [{ index: 0, current: stored }] },
      );
      expect(await table.get(key)).toEqual(stored);

      const next = { ...key, next: true };
      expect(await table.write({ kind: "put", item: next, condition })).toEqual(expected);
      expect(await table.get(key)).toEqual(holds ? next : stored);

      await table.write({ kind: "put", item: stored, condition: [] });
      expect(await table.write({ kind: "delete", key, condition })).toEqual(expected);
      expect(await table.get(key)).toEqual(holds ? undefined : stored);
    });

    test("on an absent item only absence holds, and there is no current item", async () => {
      const table = await makeTable();
      const refused = { applied: false, current: undefined };
      for (const condition of [
        [[["pk", "exists"]]],
        [[["version", "<", 5]]],
        [[["version", "<>", 5]]],
      ] as const) {
        expect(await table.write({ kind: "put", item: { ...key }, condition })).toEqual(refused);
        expect(await table.write({ kind: "delete", key, condition })).toEqual(refused);
        expect(await table.write({ kind: "check", key, condition })).toEqual(refused);
      }
      expect(await table.write({ kind: "check", key, condition: [[["pk", "absent"]]] })).toEqual({
        applied: true,
      });
      expect(await table.get(key)).toBeUndefined();
    });

    test("a newer version wins and an older one is told what stands there", async () => {
      const table = await makeTable();
      const put = (version: number) =>
        table.write({
          kind: "put",
          item: { ...key, version },
          condition: [[["pk", "absent"]], [["version", "<", version]]],
        });
      expect(await put(2)).toEqual({ applied: true });
      expect(await put(1)).toEqual({ applied: false, current: { ...key, version: 2 } });
      expect(await put(2)).toEqual({ applied: false, current: { ...key, version: 2 } });
      expect(await put(3)).toEqual({ applied: true });
    });

    test("an order of booleans, an infinite number or a nameless test is refused", async () => {
      const table = await makeTable();
      const impossible: readonly Condition[] = [
        [[["truth", "<", true]]],
        [[["number", "<", Number.POSITIVE_INFINITY]]],
        [[["", "exists"]]],
      ];
      for (const condition of impossible) {
        const broken = expect.objectContaining({ code: "invariant.broken" });
        await expect(table.write({ kind: "delete", key, condition })).rejects.toEqual(broken);
        await expect(table.write({ kind: "check", key, condition })).rejects.toEqual(broken);
        await expect(table.transact([{ kind: "check", key, condition }])).rejects.toEqual(broken);
      }
    });
  });
}
