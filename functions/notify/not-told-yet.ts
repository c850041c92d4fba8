import type { Org } from "#shared/graph/org.ts";
import { isOfItems } from "#shared/kit/routing/channels-of.ts";
import { leadAtOrAbove } from "#shared/kit/routing/ladder.ts";
import type { OrgUnitId, PersonId } from "#shared/model/ids.ts";
import type { RecipientId } from "#shared/model/notification.ts";
import { channelRecipient, personRecipient } from "#shared/model/notification.ts";
import type { Alert } from "#shared/model/signal.ts";

import type { Round } from "./round.ts";
import { waitingFor } from "./waiting-for.ts";

/** Of a whole company there may be thousands of leads. */
const atOnce = 25;

/** Openings that somebody of the owning team has still to hear of, for nights or a digest. */
export type NotToldYet = (alert: Pick<Alert, "id" | "generation">) => boolean;

/** Looks at what waits for those who are the first to hear of these teams' alerts. */
export async function notToldYet(
  round: Round,
  teamIds: ReadonlySet<OrgUnitId>,
): Promise<NotToldYet> {
  const [org, { channels }] = await Promise.all([round.org(), round.policy()]);
  const recipients = new Set<RecipientId>([
    ...channels.filter((one) => !isOfItems(one)).map(({ id }) => channelRecipient(id)),
    ...[...teamIds].flatMap((id) => firstOf(org, id)).map(personRecipient),
  ]);
  const all = [...recipients];
  const untold = new Set<string>();
  for (let at = 0; at < all.length; at += atOnce) {
    const some = all.slice(at, at + atOnce).map((recipient) => openingsFor(round, recipient));
    for (const opening of (await Promise.all(some)).flat()) untold.add(opening);
  }
  return (alert) => untold.has(openingOf(alert));
}

/** The lead, and whoever stands in where the lead cannot be told. */
function firstOf(org: Org, teamId: OrgUnitId): readonly PersonId[] {
  const lead = leadAtOrAbove(org, teamId);
  return lead === undefined ? [] : org.managersUp(lead);
}

const lists = new WeakMap<Round, Map<RecipientId, Promise<readonly string[]>>>();

/** Read once for all briefs of a round. */
function openingsFor(round: Round, recipient: RecipientId): Promise<readonly string[]> {
  const known = lists.get(round) ?? new Map<RecipientId, Promise<readonly string[]>>();
  lists.set(round, known);
  const found = known.get(recipient) ?? readOpeningsFor(round, recipient);
  known.set(recipient, found);
  return found;
}

async function readOpeningsFor(round: Round, recipient: RecipientId): Promise<readonly string[]> {
  return (await waitingFor(round, recipient))
    .filter(({ rung, reason, dueAt }) => rung === 0 && reason === "opened" && dueAt > round.now)
    .map(({ alertId, generation }) => openingOf({ id: alertId, generation }));
}

function openingOf({ id, generation }: Pick<Alert, "id" | "generation">): string {
  return `${id} ${generation}`;
}
