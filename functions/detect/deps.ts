import type { Rule } from "#shared/kit/rule.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";
import type { ReadRecord, Table } from "#shared/ports/table.ts";
import { readSourceStates } from "#shared/store/connections.ts";
import type { KnownConnections, ProvidesGoals } from "#shared/store/connections.ts";
import { readLinkRules } from "#shared/store/link-rules.ts";
import type { OrgReader } from "#shared/store/org-reader.ts";
import { SetAside } from "#shared/store/set-aside.ts";

import type { EvaluateDeps } from "./evaluate-subjects.ts";

export interface DetectDeps {
  readonly table: Table;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly rules: readonly Rule[];
  readonly providesGoals: ProvidesGoals;
  /** Absent: any source may hold work. */
  readonly providesWork?: (connection: Connection) => boolean;
  readonly isSource: (connection: Connection) => boolean;
  readonly orgReader: OrgReader;
  readonly readRecord: ReadRecord;
}

/** What evaluating takes: sources, organisation and link rules are read when asked for, never kept. */
export function evaluateDeps(
  deps: Omit<DetectDeps, "readRecord">,
  known?: KnownConnections,
): EvaluateDeps {
  const readSurroundings = async () => {
    const setAside = new SetAside();
    const [sources, org, linkRules] = await Promise.all([
      readSourceStates(deps.table, deps.clock, deps, known),
      deps.orgReader.read(),
      readLinkRules(deps.table, deps.clock.now(), setAside),
    ]);
    return { sources, org, linkRules, setAside };
  };
  return { ...deps, readSurroundings };
}
