import { alertTargetDown } from "./alert-target-down.ts";
import { cursorExpiredInOutage } from "./cursor-expired-in-outage.ts";
import { editedTwiceInOneMoment } from "./edited-twice-in-one-moment.ts";
import { goalDeletedBeforeFirstReading } from "./goal-deleted-before-first-reading.ts";
import { lateNewsOfADeletion } from "./late-news-of-a-deletion.ts";
import { lateNewsOfAnUndoneEdit } from "./late-news-of-an-undone-edit.ts";
import { notifierDiedBeforeTelling } from "./notifier-died-before-telling.ts";
import { poisonShownAgainUnseen } from "./poison-shown-again-unseen.ts";
import type { Regression } from "./regression.ts";
import { workDeletedBeforeFirstReading } from "./work-deleted-before-first-reading.ts";
import { writeAfterAFailedBatch } from "./write-after-a-failed-batch.ts";

/** Every plan that is kept. `npm run simulate -- --minimize SEED` writes a new one; it takes a line here. */
export const regressions: readonly Regression[] = [
  alertTargetDown,
  cursorExpiredInOutage,
  editedTwiceInOneMoment,
  goalDeletedBeforeFirstReading,
  lateNewsOfADeletion,
  lateNewsOfAnUndoneEdit,
  notifierDiedBeforeTelling,
  poisonShownAgainUnseen,
  workDeletedBeforeFirstReading,
  writeAfterAFailedBatch,
];
