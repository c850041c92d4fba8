import { noLinkRules } from "#shared/graph/link-rules.ts";
import { emptyOrg } from "#shared/graph/org.ts";
import type { Reads, Rule } from "#shared/kit/rule.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";
import type { ReadRecord, Table } from "#shared/ports/table.ts";
import { readSourceStates } from "#shared/store/connections.ts";
import type { KnownConnections, ProvidesGoals } from "#shared/store/connections.ts";
import { joinGets } from "#shared/store/join-gets.ts";
import { readLinkRules } from "#shared/store/link-rules.ts";
import type { OrgReader } from "#shared/store/org-reader.ts";
import { SetAside } from "#shared/store/set-aside.ts";

import type { ActiveRule, EvaluateDeps } from "./evaluate-subjects.ts";

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
  /** Which connections were there when this process looked last: asked for while it asks which there are. */
  readonly known?: KnownConnections;
}

/** Rules of which this is all that they read need neither organisation nor link rules. */
const ofConnections: ReadonlySet<Reads> = new Set<Reads>(["connection", "coverage"]);

export function isOfConnections({ reads }: Rule): boolean {
  return ofConnections.has(reads);
}

/** The organisation, for whoever reads none. */
export const nobody = emptyOrg();

/** What evaluating takes: sources, organisation and link rules are read when asked for, never kept. */
export function evaluateDeps(deps: Omit<DetectDeps, "readRecord">): EvaluateDeps {
  const readSurroundings = async (rules: readonly ActiveRule[]) => {
    const setAside = new SetAside();
    const isAll = !rules.every(({ rule }) => isOfConnections(rule));
    const look = joinGets(deps.table);
    const [sources, org, linkRules] = await Promise.all([
      readSourceStates(look, deps.clock, deps, deps.known),
      isAll ? deps.orgReader.read(look) : nobody,
      isAll ? readLinkRules(deps.table, deps.clock.now(), setAside) : noLinkRules,
    ]);
    return { sources, org, linkRules, setAside };
  };
  return { ...deps, readSurroundings };
}
