import type { ComposedReport } from "#shared/kit/reports/compose-digest.ts";
import { fittingReport } from "#shared/kit/reports/fitting-report.ts";
import type { KnownChannel } from "#shared/kit/routing/channels-of.ts";
import type { Dispatch, DispatchId } from "#shared/model/notification.ts";
import { attemptMsMax, channelRecipient } from "#shared/model/notification.ts";
import { instantOf } from "#shared/model/time.ts";
import { createDocument } from "#shared/store/documents.ts";
import { dispatchSpec } from "#shared/store/specs.ts";

import { addresseeOf } from "./addressee.ts";
import { openChannel } from "./open-channel.ts";
import type { Round } from "./round.ts";
import { showFirst } from "./show.ts";

/**
 * Sends a report that tells of no alert by itself to a channel, once for its id, however often it is asked
 * for. Gives whether it was made now.
 */
export async function sendReport(
  round: Round,
  channel: KnownChannel,
  given: Pick<Dispatch, "kind" | "because"> & {
    readonly id: DispatchId;
    readonly report: ComposedReport;
  },
): Promise<boolean> {
  const { id, kind, because, report } = given;
  const now = round.now;
  const recipient = channelRecipient(channel.id);
  const opened = await openChannel(round, channel);
  const outcome = opened.kind === "opened" ? "attempting" : "deferred";
  const dispatch: Dispatch = {
    type: "dispatch",
    id,
    kind,
    recipient,
    connectionId: channel.id,
    because,
    title: report.title.slice(0, 400),
    alerts: [],
    alertCount: 0,
    report: fittingReport(report),
    outcome,
    dueAt: instantOf(round.deps.clock.nowMs() + attemptMsMax),
    attemptCount: 1,
    attempts: [{ at: now, verb: "show", outcome }],
    createdAt: now,
    updatedAt: now,
    revision: 0,
  };
  if (!(await createDocument(round.deps.table, dispatchSpec, dispatch))) return false;
  const addressee = await addresseeOf(round, recipient);
  await showFirst(round, { dispatch, opened, addressee });
  return true;
}
