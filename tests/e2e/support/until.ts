import { setTimeout as pause } from "node:timers/promises";

interface UntilOptions {
  readonly withinMs: number;
  readonly everyMs?: number;
  /** What is to be seen when it did not come about; asked once, at the end. */
  readonly seen?: () => unknown;
}

/**
 * Asks again and again until the answer is neither undefined nor false, and returns it. Throws after
 * the deadline with what was waited for, so that a failing story says where it stood.
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  { withinMs, everyMs = 50, seen }: UntilOptions,
): Promise<T> {
  const deadlineMs = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadlineMs) {
      const last =
        seen === undefined ? "" : `; seen: ${JSON.stringify(await seen()).slice(0, 1500)}`;
      throw new Error(`not within ${withinMs} ms: ${what}${last}`);
    }
    await pause(everyMs);
  }
}
