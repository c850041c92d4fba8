import { HubError } from "#shared/errors.ts";
import type { Reading } from "#shared/kit/connector.ts";

import type { Progress } from "./position.ts";

/** A page that was read, and what is left of the run after it; nothing when it was the last. */
export interface Step {
  readonly reading: Reading;
  readonly recordsRead: number;
  readonly progress: Progress | undefined;
}

export function endlessPages(): HubError {
  return new HubError("connector.drifted", "Jira's search repeats its page token and never ends");
}

/** A request that nobody waits for yet may fail before somebody does; its error is met by the waiter. */
export function unwatched<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
