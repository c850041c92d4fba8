import type { SightStatement, WriteBack } from "#shared/kit/write-back.ts";
import type { Connection } from "#shared/model/connection.ts";
import { isOpen } from "#shared/model/facts.ts";
import type { WorkItemId } from "#shared/model/ids.ts";
import type { WriteBackFilter, WriteBackMark } from "#shared/model/write-back.ts";

import type { Seen, Snapshot } from "../work-items/snapshot.ts";
import { sightStatement } from "./statement.ts";

/** An item whose tool does not say, as far as we wrote it, what its line of sight is now. */
export interface Selected {
  readonly seen: Seen;
  readonly statement: SightStatement;
  readonly wanted: string | null;
}

interface Selection {
  readonly connection: Connection;
  readonly publicUrl: string;
  readonly marks: ReadonlyMap<WorkItemId, WriteBackMark>;
  readonly render: WriteBack["render"];
}

/** The items of a filter that have something new to say, in the order of lists. */
export function selectItems(
  snapshot: Snapshot,
  filter: WriteBackFilter,
  { connection, publicUrl, marks, render }: Selection,
): readonly Selected[] {
  const passes = tests(filter, marks);
  return snapshot.seen.flatMap((seen) => {
    const { item, sight } = seen;
    if (item.connectionId !== connection.id || !passes.every((test) => test(seen))) return [];
    const statement = sightStatement(snapshot.graph, item, { sight, publicUrl });
    if (!statement) return [];
    const wanted = render(statement);
    return marks.get(item.id)?.value === wanted ? [] : [{ seen, statement, wanted }];
  });
}

function tests(
  { which, goalId, container, verdict }: WriteBackFilter,
  marks: Selection["marks"],
): readonly ((seen: Seen) => boolean)[] {
  return [
    ({ item, sight }) => {
      if (which === "stale") return marks.has(item.id);
      return isOpen(item) && (which === "open" || sight.anchorId === item.id);
    },
    ({ sight }) => goalId === undefined || sight.path.some(({ id }) => id === goalId),
    ({ item }) => container === undefined || item.container === container,
    ({ sight }) => verdict === undefined || sight.verdict === verdict,
  ];
}
