import type { History } from "#shared/model/history.ts";

/** One page of the past. Storing it, then saving `position`, makes a crash repeat a page but never skip one. */
export interface HistoryPage {
  /** Each whole, as the source has it now. */
  readonly histories: readonly History[];
  /** Where the next call resumes. After the last page of a run: where the next run begins. */
  readonly position: string;
  /** True on the last page of a run. */
  readonly isLast: boolean;
  /** How many records the page went through, with or without a past. */
  readonly recordsRead: number;
}
