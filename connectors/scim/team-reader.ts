import type { Reading, SourceContext } from "#shared/kit/connector.ts";
import type { Change, Rejected } from "#shared/model/change.ts";
import type { KeptRecord } from "#shared/ports/kept-records.ts";

import { normalizeTeam, scimTeamId } from "./normalize.ts";
import { isTeam } from "./settings.ts";
import type { ScimSettings } from "./settings.ts";
import { rejection } from "./user-reader.ts";
import { KeptGroup } from "./wire.ts";

/** The groups among the records that are delivery teams; the others say nothing. */
export function readTeams(
  { connectionId, clock, settings }: SourceContext<ScimSettings>,
  records: readonly KeptRecord[],
): Reading {
  const readAt = clock.now();
  const changes: Change[] = [];
  const rejected: Rejected[] = [];
  for (const record of records) {
    const group = KeptGroup.safeParse(record.body);
    if (!group.success) {
      rejected.push(rejection(record, group.error.issues, scimTeamId(connectionId, record.id)));
      continue;
    }
    const name = group.data.resource.displayName;
    if (isTeam(settings, name)) {
      changes.push(normalizeTeam({ id: record.id, name }, { connectionId, readAt }));
    }
  }
  return { changes, rejected };
}
