import * as z from "zod";

import { CalendarDate } from "#shared/model/time.ts";
import type { Key } from "#shared/ports/table.ts";

import type { DocumentSpec } from "./documents.ts";

export const turnOfDayKey: Key = { pk: "turn-of-day", sk: "0" };

/** How far the day's turn has come: one pass over units, people and memberships, and later another. */
export const TurnProgress = z.strictObject({
  type: z.literal("turn-of-day"),
  day: CalendarDate,
  pass: z.enum(["first", "again", "done"]),
  /** Which of the lists is being read, and where in it. */
  list: z.int().nonnegative(),
  after: z.string().optional(),
  revision: z.int().nonnegative(),
});
export type TurnProgress = z.infer<typeof TurnProgress>;

export const turnProgressSpec: DocumentSpec<TurnProgress> = {
  schema: TurnProgress,
  key: () => turnOfDayKey,
};
