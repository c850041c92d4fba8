import type { Alert } from "#shared/model/signal.ts";

/**
 * What people see as one matter: the same rule, the same teams and the same goal. An alert is about one
 * subject, so that it can be acknowledged and resolve by itself; a message and a line of the inbox are
 * about a group.
 */
export function groupKeyOf(alert: Pick<Alert, "rule" | "teamIds" | "evidence">): string {
  const goal = alert.evidence.path.find(({ role }) => role === "goal")?.id ?? "";
  return [alert.rule, alert.teamIds.toSorted().join("+"), goal].join("|");
}
