import { minuteMs } from "#shared/model/time.ts";

import type { ProjectRef } from "./client.ts";
import type { WireField, WireLinkType } from "./wire.ts";

/** What is new on the site is looked for by deliveries after at most this; pulls always ask. */
const keptMs = 5 * minuteMs;
/** Sites that one process remembers. */
const sitesMax = 100;

/**
 * Lists that this process has read, by site and account: without them, every batch of webhooks would
 * ask for what changes a few times a year, at the price of rate limit.
 */
export class SiteLists<T> {
  readonly #kept = new Map<string, { readonly list: readonly T[]; readonly atMs: number }>();

  recall(site: string, nowMs: number): readonly T[] | undefined {
    const kept = this.#kept.get(site);
    return kept && nowMs - kept.atMs < keptMs ? kept.list : undefined;
  }

  keep(site: string, list: readonly T[], nowMs: number): void {
    this.#kept.delete(site);
    this.#kept.set(site, { list, atMs: nowMs });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > sitesMax && oldest !== undefined) this.#kept.delete(oldest);
  }
}

/** One each per process: sessions come and go with each invocation. */
export const fieldLists = new SiteLists<WireField>();
export const linkTypeLists = new SiteLists<WireLinkType>();
/** By the keys that settings name projects by. */
export const namedProjectLists = new SiteLists<readonly [string, ProjectRef]>();
