import type { Dispatch } from "#shared/model/notification.ts";

import type { Addressee } from "./addressee.ts";
import { composeFirst, shownDigest } from "./compose-dispatch.ts";
import { disableGone } from "./disable-gone.ts";
import { giveBack } from "./mailbox.ts";
import type { Opened } from "./open-channel.ts";
import type { Round } from "./round.ts";
import { settle } from "./settle.ts";

interface Showing {
  /** On record as being attempted, by this run. */
  readonly dispatch: Dispatch;
  readonly opened: Opened;
  readonly addressee: Addressee;
}

/**
 * Shows what was claimed, as far as it is still true. Undefined where another run has it by now; what could
 * not be opened stays as it was recorded.
 */
export async function showFirst(
  round: Round,
  { dispatch, opened, addressee }: Showing,
): Promise<Dispatch | undefined> {
  if (opened.kind === "closed") return dispatch;
  const { notifier } = opened;
  const dropsRepeats = notifier.dropsRepeats === true;
  const composed = await composeFirst(round, dispatch);
  if (!composed) {
    const reason = "over before it could be told";
    await giveBack(round.deps, dispatch);
    return settle(round, dispatch, { outcome: { outcome: "refused", reason }, dropsRepeats });
  }
  const { message, alerts, alertCount } = composed;
  const outcome = await notifier.send(message, addressee.target);
  await disableGone(round, opened.connectionId, outcome);
  return settle(round, dispatch, {
    outcome,
    dropsRepeats,
    changes: {
      alerts,
      alertCount,
      ...(outcome.outcome === "sent" && { shown: shownDigest(message) }),
    },
  });
}
