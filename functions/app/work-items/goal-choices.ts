import type { MemoryGraph } from "#shared/graph/view.ts";
import { isOpen } from "#shared/model/facts.ts";
import type { GoalId } from "#shared/model/ids.ts";

import { capital, inWords } from "../page/format.ts";

/** A goal that a form offers. */
export interface GoalChoice {
  readonly id: GoalId;
  readonly label: string;
}

/** The open goals by their titles, to choose one that work serves. */
export function goalChoices(graph: MemoryGraph): readonly GoalChoice[] {
  return [...graph.goals()]
    .filter(isOpen)
    .map(({ id, kind, title }) => ({ id, label: `${title} (${capital(inWords(kind))})` }))
    .toSorted((a, b) => a.label.localeCompare(b.label, "en"));
}
