import type { NotifierPorts } from "#shared/kit/notifier-context.ts";
import type { Registry } from "#shared/kit/registry.ts";
import type { Rule } from "#shared/kit/rule.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";
import type { Secrets } from "#shared/ports/secrets.ts";
import type { Table } from "#shared/ports/table.ts";
import type { OrgReader } from "#shared/store/org-reader.ts";

export interface NotifyDeps extends NotifierPorts {
  readonly table: Table;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly secrets: Secrets;
  readonly registry: Registry;
  readonly rules: readonly Rule[];
  readonly orgReader: OrgReader;
  /** Characters of [0-9a-z]. */
  readonly random: (length: number) => string;
  /** Where the pages are, for links in messages. */
  readonly publicUrl: string;
}
