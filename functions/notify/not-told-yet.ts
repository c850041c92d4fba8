import type { Org } from "#shared/graph/org.ts";
import { isOfItems } from "#shared/kit/routing/channels-of.ts";
import { leadAtOrAbove } from "#shared/kit/routing/ladder.ts";
import type { OrgUnitId, PersonId } from "#shared/model/ids.ts";
import type { RecipientId } from "#shared/model/notification.ts";
import { channelRecipient, personRecipient } from "#shared/model/notification.ts";
import type { Alert } from "#shared/model/signal.ts";
import { waitingList } from "#shared/store/alerting-keys.ts";
import { readDocument } from "#shared/store/documents.ts";
import { queryAtMost } from "#shared/store/list.ts";
import { SetAside } from "#shared/store/set-aside.ts";
import { notificationSpec } from "#shared/store/specs.ts";

import type { Round } from "./round.ts";

/** Of what waits for one recipient, as much as a brief may hold alerts. */
const waitingMax = 5_000;
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
    const some = all.slice(at, at + atOnce).map((recipient) => waitingFor(round, recipient));
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
function waitingFor(round: Round, recipient: RecipientId): Promise<readonly string[]> {
  const known = lists.get(round) ?? new Map<RecipientId, Promise<readonly string[]>>();
  lists.set(round, known);
  const found = known.get(recipient) ?? readWaitingFor(round, recipient);
  known.set(recipient, found);
  return found;
}

async function readWaitingFor(round: Round, recipient: RecipientId): Promise<readonly string[]> {
  const request = { index: "list", partition: waitingList(recipient) } as const;
  const setAside = new SetAside();
  return (await queryAtMost(round.deps.table, request, waitingMax)).flatMap((item) => {
    const one = setAside.read(item, (each) => readDocument(notificationSpec, each));
    if (!one || one.rung > 0 || one.reason !== "opened" || one.dueAt <= round.now) return [];
    return [openingOf({ id: one.alertId, generation: one.generation })];
  });
}

function openingOf({ id, generation }: Pick<Alert, "id" | "generation">): string {
  return `${id} ${generation}`;
}
