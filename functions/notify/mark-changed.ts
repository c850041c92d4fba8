import { HubError } from "#shared/errors.ts";
import type { Dispatch, DispatchId } from "#shared/model/notification.ts";
import type { Instant } from "#shared/model/time.ts";
import { epochMsOf, instantOf, minuteMs } from "#shared/model/time.ts";
import { replaceDocument } from "#shared/store/documents.ts";
import { dispatchSpec } from "#shared/store/specs.ts";

import { findDispatch } from "./find-dispatch.ts";
import type { Round } from "./round.ts";

const roundsMax = 10;
/** What is shown changes at most so often. */
const betweenUpdatesMs = minuteMs;

/** Notes that an alert in it has changed. Gives whether it is to be looked after now. */
export async function markChanged(round: Round, id: DispatchId): Promise<boolean> {
  const { table } = round.deps;
  for (let turn = 0; turn < roundsMax; turn += 1) {
    const dispatch = await findDispatch(round, id);
    if (!dispatch || dispatch.outcome === "refused") return false;
    const isShown = dispatch.outcome === "sent" || dispatch.outcome === "uncertain";
    const dueAt = isShown ? changeDueAt(dispatch, round.now) : dispatch.dueAt;
    const wanted: Dispatch = {
      ...dispatch,
      isChanged: true,
      ...(dueAt !== undefined && { dueAt }),
      updatedAt: round.now,
    };
    if (await replaceDocument(table, dispatchSpec, dispatch, wanted)) {
      return isShown && dueAt !== undefined && dueAt <= round.now;
    }
  }
  throw new HubError("entity.conflict", "A dispatch is being changed by others");
}

/** Now, or a while after what is shown changed last. */
export function changeDueAt({ attempts }: Pick<Dispatch, "attempts">, now: Instant): Instant {
  const latest = attempts.findLast(({ verb }) => verb === "update");
  if (!latest) return now;
  const freeAt = instantOf(epochMsOf(latest.at) + betweenUpdatesMs);
  return freeAt > now ? freeAt : now;
}
