import type { NotifierPorts } from "#shared/kit/notifier-context.ts";
import type { Registry } from "#shared/kit/registry.ts";
import type { Rule } from "#shared/kit/rule.ts";
import type { AccessToken } from "#shared/ports/access-token.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { EventRules } from "#shared/ports/event-rules.ts";
import type { Logger } from "#shared/ports/logger.ts";
import type { Queue, QueueAdmin } from "#shared/ports/queue.ts";
import type { Secrets } from "#shared/ports/secrets.ts";
import type { Json, Table } from "#shared/ports/table.ts";
import { OrgReader } from "#shared/store/org-reader.ts";

import { SnapshotReader } from "./work-items/snapshot.ts";

/** What the app is given by its host. */
export interface AppDeps extends NotifierPorts {
  readonly table: Table;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly secrets: Secrets;
  /** The sending side of the `pulls` queue. */
  readonly pulls: Queue;
  readonly queueAdmin: QueueAdmin;
  /** Rules of the bus that admins make. */
  readonly eventRules: EventRules;
  readonly accessToken: AccessToken;
  /** Where people and providers reach this hub, without a trailing slash. */
  readonly publicUrl: string;
  /** So many characters of [0-9a-z], unpredictable. */
  readonly random: (length: number) => string;
  readonly registry: Registry;
  readonly rules: readonly Rule[];
  /** An empty table in memory, for looking at a sample without storing it. */
  readonly createScratchTable: () => Table;
  /** What a single-machine host knows of its own health; absent on AWS, where alarms tell. */
  readonly host?: () => Promise<Readonly<Record<string, Json>>>;
}

/** The deps, and what the app keeps in memory between requests. */
export interface AppContext extends AppDeps {
  readonly orgReader: OrgReader;
  readonly snapshots: SnapshotReader;
}

export function appContext(deps: AppDeps): AppContext {
  return {
    ...deps,
    publicUrl: deps.publicUrl.replace(/\/+$/u, ""),
    orgReader: new OrgReader(deps.table, deps.clock),
    snapshots: new SnapshotReader(deps),
  };
}
