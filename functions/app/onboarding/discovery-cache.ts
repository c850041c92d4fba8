import type { Connection } from "#shared/model/connection.ts";
import { minuteMs } from "#shared/model/time.ts";

import type { AppContext } from "../app-deps.ts";
import type { DiscoveryAnswer } from "./discover.ts";
import { discover } from "./discover.ts";

const keptMs = 2 * minuteMs;
const entriesMax = 50;

/** What a tool was found to hold, for the minutes that a person takes to choose from it. */
export class DiscoveryCache {
  readonly #context: AppContext;
  readonly #kept = new Map<
    string,
    { readonly answer: DiscoveryAnswer; readonly untilMs: number }
  >();

  constructor(context: AppContext) {
    this.#context = context;
  }

  /** A changed connection is asked anew; `isFresh` asks in any case. */
  async read(connection: Connection, isFresh = false): Promise<DiscoveryAnswer> {
    const nowMs = this.#context.clock.nowMs();
    const key = `${connection.id}#${connection.revision}`;
    const kept = this.#kept.get(key);
    if (kept && !isFresh && kept.untilMs > nowMs) return kept.answer;
    const answer = await discover(this.#context, connection);
    if (this.#kept.size >= entriesMax) this.#kept.clear();
    this.#kept.set(key, { answer, untilMs: nowMs + keptMs });
    return answer;
  }
}
