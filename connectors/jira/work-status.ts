import type { WorkStatus } from "#shared/model/facts.ts";

/**
 * By category, whose keys no site can rename; given up is told from done by name, of status or
 * resolution. `dropped` holds names in lower case.
 */
export function workStatusOf(
  dropped: ReadonlySet<string>,
  category: string | undefined,
  names: readonly (string | undefined)[],
): WorkStatus {
  if (category === "indeterminate") return "in-progress";
  if (category !== "done") return "todo";
  const isDropped = names.some((name) => name !== undefined && dropped.has(name.toLowerCase()));
  return isDropped ? "dropped" : "done";
}
