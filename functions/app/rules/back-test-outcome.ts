import { HubError } from "#shared/errors.ts";
import type { InputIssue } from "#shared/errors.ts";

import type { BackTestAnswer } from "./back-test-answers.ts";

/** What a back-test's page shows beside its form: what was asked, or why it was refused; neither: nothing was. */
export interface BackTestOutcome {
  readonly answer?: BackTestAnswer;
  readonly refused?: { readonly message: string; readonly issues: readonly InputIssue[] };
}

/** A page says what is wrong beside what was typed. */
export async function outcomeOf(run: () => Promise<BackTestAnswer>): Promise<BackTestOutcome> {
  try {
    return { answer: await run() };
  } catch (error) {
    if (!(error instanceof HubError) || error.traits.audience !== "customer") throw error;
    return { refused: { message: error.message, issues: error.issues } };
  }
}

export function statusOf({ refused }: BackTestOutcome): 200 | 400 {
  return refused ? 400 : 200;
}
