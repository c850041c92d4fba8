import type { Registry } from "#shared/kit/registry.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";
import type { Queue } from "#shared/ports/queue.ts";
import type { Secrets } from "#shared/ports/secrets.ts";
import type { Table } from "#shared/ports/table.ts";

export interface PullDeps {
  readonly table: Table;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly secrets: Secrets;
  readonly registry: Registry;
  readonly pulls: Queue;
  /** Where webhooks can reach the hub: `https://hub.example.com`. */
  readonly publicUrl: string;
  /** `length` characters of [0-9a-z]. */
  readonly random: (length: number) => string;
}
