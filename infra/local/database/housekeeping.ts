import type { DynamoSender } from "#shared/adapters/dynamodb/client.ts";
import { sweepExpired } from "#shared/adapters/dynamodb/sweep-expired.ts";
import { dayMs, hourMs, minuteMs } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";

import type { StreamRows } from "./stream-rows.ts";

/** How long DynamoDB keeps stream records. */
const streamRetentionMs = dayMs;
/** A hub on a laptop may never run for an hour, so the first turn comes soon after its start. */
const firstTurnMs = minuteMs;
const everyMs = hourMs;

interface HousekeepingOptions {
  readonly client: DynamoSender;
  readonly tableName: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly consumedUpTo?: () => string | undefined;
  readonly rows: StreamRows;
}

/** Does on a timer what DynamoDB does by itself and the embedded database does not. */
export function startHousekeeping(options: HousekeepingOptions) {
  const { client, tableName, clock, logger, rows } = options;
  const closing = new AbortController();

  const trim = async (): Promise<number> => {
    const consumed = options.consumedUpTo?.();
    if (options.consumedUpTo && consumed === undefined) return 0;
    const madeBeforeMs = clock.nowMs() - streamRetentionMs;
    return await rows.trim({
      tableName,
      madeBeforeMs,
      ...(consumed && { consumedUpTo: consumed }),
    });
  };
  const sweep = (): Promise<number> =>
    sweepExpired(client, tableName, { clock, random: Math.random });

  const repeat = async (task: string, run: () => Promise<number>): Promise<void> => {
    for (let waitMs = firstTurnMs; !closing.signal.aborted; waitMs = everyMs) {
      try {
        await clock.sleep(waitMs, closing.signal);
        const count = await run();
        if (count > 0) logger.debug("database.housekeeping-done", { task, count });
      } catch (error) {
        // The next turn does what this one could not; closing ends the sleep by an error, too.
        if (closing.signal.aborted) return;
        logger.warn("database.housekeeping-failed", {
          task,
          error: error instanceof Error ? error.name : typeof error,
        });
      }
    }
  };
  const running = [repeat("trim", trim), repeat("sweep", sweep)];

  return {
    trim,
    sweepExpired: sweep,
    close: async (): Promise<void> => {
      closing.abort();
      await Promise.all(running);
    },
  };
}
