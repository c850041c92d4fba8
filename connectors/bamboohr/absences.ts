import { absencesOfPersonMax, AbsenceDays } from "#shared/model/absence.ts";
import type { Absences } from "#shared/model/absence.ts";
import type { ConnectionId } from "#shared/model/ids.ts";

import { bambooPersonId } from "./normalize.ts";
import type { WhosOut } from "./wire.ts";

/** Who is away when, in our words. Pure. Holidays are nobody's; an entry without whole days is left out. */
export function absencesOf(entries: WhosOut, connectionId: ConnectionId): Absences {
  const whole = entries.flatMap(({ type, employeeId, start, end }) => {
    if (type !== "timeOff" || employeeId === undefined) return [];
    const days = AbsenceDays.safeParse({ from: start, to: end }).data;
    if (!days || days.from > days.to) return [];
    return [{ id: bambooPersonId(connectionId, String(employeeId)), days }];
  });
  const byPerson = Map.groupBy(whole, ({ id }) => id);
  return new Map(
    [...byPerson].map(([id, entriesOf]) => {
      const days = entriesOf.map((entry) => entry.days);
      return [
        id,
        days.toSorted((a, b) => (a.from < b.from ? -1 : 1)).slice(0, absencesOfPersonMax),
      ];
    }),
  );
}
