import { createHash } from "node:crypto";

import type { Alert } from "#shared/model/signal.ts";

type Said = Pick<Alert, "severity" | "evidence" | "teamIds">;

/**
 * A digest of what an alert says: how bad it is, its sentence, what its evidence leads over and whose it is.
 * Spaces mean nothing, and neither does the order of teams.
 */
export function alertFingerprint({ severity, evidence, teamIds }: Said): string {
  const said = [
    severity,
    evidence.sentence.trim().replaceAll(/\s+/gu, " "),
    evidence.path.map(({ id, role }) => [role, id]),
    teamIds.toSorted(),
  ];
  return createHash("sha256").update(JSON.stringify(said)).digest("base64url");
}
