import type { Step } from "../plan.ts";
import type { Random } from "../random.ts";
import { between } from "../random.ts";
import { restOf, stepList } from "./step-list.ts";
import { brokenPromise, brokenReading, editOf, overtaken, troubleOf } from "./troubles.ts";

const manyMin = 9;
const manyMax = 15;

export function manySteps(random: Random): readonly Step[] {
  const { steps, add, addAtOnce } = stepList();
  // The first reading has its troubles too.
  for (let count = between(random, 0, 2); count > 0; count -= 1) {
    addAtOnce(random() < 0.3 ? brokenReading(random) : troubleOf(random));
  }
  const count = between(random, manyMin, manyMax);
  // Of what is seldom met by chance each company meets one of each.
  const [brokenAt, overtakenAt] = [between(random, 0, count - 1), between(random, 0, count - 1)];
  const restAt = between(random, Math.floor(count / 2), count - 2);
  for (let at = 0; at < count; at += 1) {
    if (at === brokenAt) add(0, brokenPromise(random));
    if (at === overtakenAt) add(0, overtaken(random));
    if (at === restAt) add(1, restOf(random));
    const afterMinutes = random() < 0.3 ? 0 : between(random, 1, 12);
    add(afterMinutes, random() < 0.6 ? editOf(random) : troubleOf(random));
  }
  return steps;
}
