import type { Mutant } from "./mutant.ts";
import { mutants } from "./mutants.ts";
import { type Caught, type Range, tryInChild } from "./try-in-child.ts";

export interface Verdict {
  /** Undefined: the product as it is, in which nothing may be found. */
  readonly mutant: Mutant | undefined;
  readonly caught: Caught | undefined;
  /** Whether it came out as it must. */
  readonly isRight: boolean;
}

/** Every mutant, and the product itself, two at a time. */
export async function runGate(
  range: Range,
  {
    only,
    withControl = true,
    tell = () => undefined,
  }: {
    readonly only?: readonly string[] | undefined;
    /** Whether the product as it is runs too. */
    readonly withControl?: boolean;
    readonly tell?: (verdict: Verdict) => void;
  } = {},
): Promise<readonly Verdict[]> {
  const wanted = mutants.filter(({ name }) => only === undefined || only.includes(name));
  const waiting = withControl ? [undefined, ...wanted] : [...wanted];
  const verdicts: Verdict[] = [];
  const work = async () => {
    while (waiting.length > 0) {
      const mutant = waiting.shift();
      const caught = await tryInChild(mutant, range);
      const verdict = {
        mutant,
        caught,
        isRight: (mutant === undefined) === (caught === undefined),
      };
      verdicts.push(verdict);
      tell(verdict);
    }
  };
  await Promise.all([work(), work()]);
  return verdicts;
}
