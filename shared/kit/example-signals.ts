import { ConnectionId, OrgUnitId, factId, signalId } from "#shared/model/ids.ts";
import { Severity } from "#shared/model/signal.ts";
import type { Signal } from "#shared/model/signal.ts";
import { instantOf } from "#shared/model/time.ts";

import type { Rule } from "./rule.ts";

const exampleConnection = ConnectionId.parse("conn_0000000000");
const exampleTeam = OrgUnitId.parse(
  factId("org-unit", "example", exampleConnection, "example-team"),
);

/** A signal of each rule in each severity, for patterns to be tried on where nothing of it is open. */
export function exampleSignals(rules: readonly Pick<Rule, "name" | "title">[]): readonly Signal[] {
  return rules.flatMap(({ name, title }) =>
    Severity.options.map((severity): Signal => {
      const subjectId = factId("work-item", "example", exampleConnection, "EXAMPLE-1");
      return {
        type: "signal",
        id: signalId(name, subjectId),
        rule: name,
        subjectId,
        state: "open",
        generation: 1,
        severity,
        title: `${title}: an example`,
        evidence: { sentence: "An example.", path: [], facts: {} },
        teamIds: [exampleTeam],
        connectionIds: [exampleConnection],
        openedAt: instantOf(0),
        revision: 1,
      };
    }),
  );
}
