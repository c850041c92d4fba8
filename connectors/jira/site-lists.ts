import { minuteMs } from "#shared/model/time.ts";

import type { WireField } from "./wire.ts";

/** A field that is new on the site is looked for by deliveries after at most this; pulls always ask. */
const keptMs = 5 * minuteMs;
/** Sites that one process remembers. */
const sitesMax = 100;

/**
 * The lists of fields that this process has read, by site and account: without it, every batch of
 * webhooks would ask for a list that changes a few times a year, at the price of rate limit.
 */
export class FieldLists {
  readonly #kept = new Map<
    string,
    { readonly fields: readonly WireField[]; readonly atMs: number }
  >();

  recall(site: string, nowMs: number): readonly WireField[] | undefined {
    const kept = this.#kept.get(site);
    return kept && nowMs - kept.atMs < keptMs ? kept.fields : undefined;
  }

  keep(site: string, fields: readonly WireField[], nowMs: number): void {
    this.#kept.delete(site);
    this.#kept.set(site, { fields, atMs: nowMs });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > sitesMax && oldest !== undefined) this.#kept.delete(oldest);
  }
}

/** One per process: sessions come and go with each invocation. */
export const fieldLists = new FieldLists();
