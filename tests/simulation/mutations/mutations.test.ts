import { expect, test } from "vitest";

import { runGate } from "./gate.ts";
import { mutated } from "./mutant.ts";

const seeds = 200;

test(`each mechanism, taken out, is missed within ${seeds} seeds`, async () => {
  // That the product as it is shows nothing is the simulator's own test.
  const verdicts = await runGate({ from: 1, seeds }, { withControl: false });
  const wrong = verdicts.filter(({ isRight }) => !isRight);
  expect(wrong.map(({ mutant, caught }) => [mutant?.name ?? "none", caught])).toEqual([]);
}, 600_000);

test("a mutant whose text is no longer there is refused, so that none becomes harmless unseen", () => {
  const mutant = { name: "m", without: "", file: "a.ts", edits: [{ from: "b", to: "c" }] };
  expect(mutated("a b", mutant)).toBe("a c");
  expect(() => mutated("a", mutant)).toThrow("stands there 0 times");
  expect(() => mutated("b b", mutant)).toThrow("stands there 2 times");
});
