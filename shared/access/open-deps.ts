import type { Registry } from "#shared/kit/registry.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";
import type { Secrets } from "#shared/ports/secrets.ts";
import type { Table } from "#shared/ports/table.ts";

/** What opening a connection takes. */
export interface OpenDeps {
  readonly registry: Registry;
  readonly table: Table;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Characters of [0-9a-z]. */
  readonly random: (length: number) => string;
}
