import type { Org } from "#shared/graph/org.ts";
import type { Goal } from "#shared/model/facts.ts";
import { readFactId } from "#shared/model/ids.ts";
import type { ConnectionId } from "#shared/model/ids.ts";

import type { ExportScope, ExportTable } from "./export-people.ts";

/**
 * All accounts. `person` holds what operators said and can be filled in and uploaded; what ids and
 * addresses tell by themselves stands beside it.
 */
export function exportAccounts(
  { org, connectionId }: ExportScope,
  toolName: (id: ConnectionId) => string,
): ExportTable {
  const accounts = [...org.accounts()]
    .filter((account) => connectionId === undefined || account.connectionId === connectionId)
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return {
    header: ["tool", "account", "display name", "person", "belongs to", "because of"],
    rows: accounts.map(({ id, connectionId: tool, displayName }) => {
      const { said, owner, how } = bindingWords(org, id);
      return [toolName(tool), id, displayName, said, owner, how];
    }),
  };
}

function bindingWords(
  org: Org,
  id: Parameters<Org["personOf"]>[0],
): Readonly<Record<"said" | "owner" | "how", string | undefined>> {
  const binding = org.humans.bindingOf(id);
  const match = org.humans.match(id);
  const said = match?.personId ?? (match ? (match.exclusion ?? "nobody") : undefined);
  const owner = "person" in binding ? ownerWord(binding.person) : undefined;
  return { said, owner, how: binding.how };
}

function ownerWord(person: {
  readonly workEmail?: string | undefined;
  readonly employeeNumber?: string | undefined;
  readonly name: string;
}): string {
  return person.workEmail ?? person.employeeNumber ?? person.name;
}

/** Goals as a goals file: ids are as short as they can be, and stay each other's. */
export function exportGoals(goals: readonly Goal[]): ExportTable {
  const sorted = goals.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const words = shortIds(sorted.map(({ id }) => id));
  return {
    header: ["id", "title", "parent", "kind", "status", "team", "start", "due", "progress", "url"],
    rows: sorted.map((goal) => [
      words.get(goal.id),
      goal.title,
      goal.parentId === undefined ? undefined : words.get(goal.parentId),
      goal.kind,
      goal.status,
      goal.teamName,
      goal.startOn,
      goal.dueOn,
      goal.progress,
      goal.url,
    ]),
  };
}

/** Each goal's own id in its tool, where no other goal has the same. */
function shortIds(ids: readonly Goal["id"][]): ReadonlyMap<Goal["id"], string> {
  const natives = new Map(ids.map((id) => [id, nativeWord(id)]));
  const counts = Map.groupBy(natives.values(), (native) => native);
  return new Map(
    [...natives].map(([id, native]) => [id, counts.get(native)?.length === 1 ? native : id]),
  );
}

function nativeWord(id: Goal["id"]): string {
  const native = readFactId(id)?.nativeId ?? id;
  try {
    return decodeURIComponent(native);
  } catch {
    // A sign of percent that stands for itself.
    return native;
  }
}
