import type { DynamoSender } from "#shared/adapters/dynamodb/client.ts";
import { sweepExpired } from "#shared/adapters/dynamodb/sweep-expired.ts";
import { dayMs, hourMs, minuteMs } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";

import type { StreamRows } from "./stream-rows.ts";

/** How long DynamoDB keeps stream records. */
const streamRetentionMs = dayMs;
const trimEveryMs = hourMs;
const sweepEveryMs = 10 * minuteMs;

interface HousekeepingOptions {
  readonly client: DynamoSender;
  readonly tableName: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly consumedUpTo?: () => string | undefined;
  /** The embedded server's stream rows; another server trims its own. */
  readonly rows?: StreamRows;
}

/** Does on a timer what DynamoDB does by itself and local servers do not. */
export function startHousekeeping(options: HousekeepingOptions) {
  const { client, tableName, clock, logger, rows } = options;
  const closing = new AbortController();

  const trim = async (): Promise<number> => {
    const consumed = options.consumedUpTo?.();
    if (rows === undefined || (options.consumedUpTo && consumed === undefined)) return 0;
    const madeBeforeMs = clock.nowMs() - streamRetentionMs;
    return await rows.trim({
      tableName,
      madeBeforeMs,
      ...(consumed && { consumedUpTo: consumed }),
    });
  };
  const sweep = (): Promise<number> =>
    sweepExpired(client, tableName, { clock, random: Math.random });

  const every = async (ms: number, task: string, run: () => Promise<number>): Promise<void> => {
    while (!closing.signal.aborted) {
      try {
        await clock.sleep(ms, closing.signal);
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
  const running = [every(trimEveryMs, "trim", trim), every(sweepEveryMs, "sweep", sweep)];

  return {
    trim,
    sweepExpired: sweep,
    close: async (): Promise<void> => {
      closing.abort();
      await Promise.all(running);
    },
  };
}
