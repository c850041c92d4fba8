/** Runs a piece of work when it is its turn, and passes on what comes of it. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** At most `limit` pieces of work at once, in the order in which they came. A failing one holds up none. */
export function atMost(limit: number): InTurn {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running < limit) running += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      // The place goes to the next in line, or is free.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
