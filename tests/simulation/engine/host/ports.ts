import type { HubEvent } from "#shared/model/events.ts";
import { minuteMs } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { EventBus } from "#shared/ports/event-bus.ts";
import type { Queue } from "#shared/ports/queue.ts";
import type { Secrets, SecretValues } from "#shared/ports/secrets.ts";
import type { Table, Write } from "#shared/ports/table.ts";

import type { Fuse } from "./fuse.ts";

export function fusedTable(table: Table, fuse: Fuse): Table {
  return {
    get: (key) => fuse.guard("table.get", () => table.get(key)),
    batchGet: (keys) => fuse.guard("table.batchGet", () => table.batchGet(keys)),
    query: (request) => fuse.guard("table.query", () => table.query(request)),
    scan: (request) => fuse.guard("table.scan", () => table.scan(request)),
    write: (one) => fuse.guard(nameOf("write", one), () => table.write(one)),
    transact: (all) => fuse.guard(nameOf("transact", all[0]), () => table.transact(all)),
    add: (key, amounts, set) => fuse.guard("table.add", () => table.add(key, amounts, set)),
    usage: () => table.usage(),
  };
}

/** With what is put, the first of it. */
export function nameOf(operation: "write" | "transact", write: Write | undefined): string {
  const type = write?.kind === "put" ? write.item["type"] : undefined;
  return typeof type === "string" ? `table.${operation} ${type}` : `table.${operation}`;
}

export function fusedQueue(name: string, queue: Queue, fuse: Fuse): Queue {
  return { send: (body, options) => fuse.guard(`${name}.send`, () => queue.send(body, options)) };
}

export function fusedBus(
  publish: (events: readonly HubEvent[]) => Promise<void>,
  fuse: Fuse,
): EventBus {
  return { publish: (events) => fuse.guard("bus.publish", () => publish(events)) };
}

/** All secrets, as the store itself has them. */
export class Vault {
  readonly values = new Map<string, SecretValues>();
}

/** A process keeps what it read for so long, as the adapter of the real store does. */
const cachedMs = 5 * minuteMs;

/** Secrets as one process sees them: from a cache, unless it asks for fresh ones. */
export function cachedSecrets(vault: Vault, clock: Clock, fuse: Fuse): Secrets {
  const cache = new Map<string, { readonly values: SecretValues; readonly untilMs: number }>();
  const read = (name: string) => {
    const values = vault.values.get(name);
    if (values) cache.set(name, { values, untilMs: clock.nowMs() + cachedMs });
    return values;
  };
  const put = (name: string, values: SecretValues) => {
    vault.values.set(name, values);
    cache.delete(name);
  };
  return {
    read: async (name, { fresh = false } = {}) => {
      const kept = cache.get(name);
      if (!fresh && kept && kept.untilMs > clock.nowMs()) return kept.values;
      return fuse.guard("secrets.read", async () => read(name));
    },
    write: (name, values) => fuse.guard("secrets.write", async () => put(name, values)),
    merge: (name, values) =>
      fuse.guard("secrets.merge", async () => put(name, { ...vault.values.get(name), ...values })),
    remove: (name) => fuse.guard("secrets.remove", async () => void vault.values.delete(name)),
  };
}
