import type { Interaction } from "#shared/kit/interaction.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { Dispatch } from "#shared/model/notification.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";
import type { Table } from "#shared/ports/table.ts";
import { applyAlertAction } from "#shared/store/alert-actions.ts";
import type { ActionOutcome } from "#shared/store/alert-actions.ts";
import { dispatchKey } from "#shared/store/alerting-keys.ts";
import { getDocument } from "#shared/store/documents.ts";
import { isCarriedOut, noteCarriedOut } from "#shared/store/presses.ts";
import { dispatchSpec } from "#shared/store/specs.ts";

interface PressDeps {
  readonly table: Table;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** One verified delivery of presses, and where it came from. */
export interface Pressed {
  readonly connection: Connection;
  /** The channel as people call it: "Slack". */
  readonly channelTitle: string;
  readonly deliveryId: string;
  readonly interactions: readonly Interaction[];
}

/** Alerts of one message that are acted on at once. */
const atOnce = 10;

/**
 * Carries out what was pressed, on every alert of the message that still stands as it was told of. Who
 * pressed is not known here, and nobody's name is kept. A delivery that comes again does nothing. Throws
 * only what another try may mend.
 */
export async function carryOutPresses(deps: PressDeps, pressed: Pressed): Promise<void> {
  for (const interaction of pressed.interactions) await carryOutPress(deps, pressed, interaction);
}

async function carryOutPress(
  deps: PressDeps,
  { connection, channelTitle, deliveryId }: Pressed,
  { dispatchId, action }: Interaction,
): Promise<void> {
  const note = { connectionId: connection.id, deliveryId, verb: action.verb };
  const dispatch = await getDocument(deps.table, dispatchSpec, dispatchKey(dispatchId));
  if (!dispatch) {
    deps.logger.info("press.unknown-dispatch", note);
    return;
  }
  // Whoever may sign for one channel has no say in what another one showed.
  if (dispatch.connectionId !== connection.id) {
    deps.logger.warn("press.foreign-dispatch", note);
    return;
  }
  const press = { dispatchId, deliveryId };
  if (await isCarriedOut(deps.table, press)) return;
  const counts = { changed: 0, unchanged: 0, refused: 0 };
  const by = `somebody in ${channelTitle}`;
  for (let at = 0; at < dispatch.alerts.length; at += atOnce) {
    const some = dispatch.alerts.slice(at, at + atOnce);
    const outcomes = await Promise.all(some.map((told) => act(deps, told, { action, by })));
    for (const { kind } of outcomes) counts[kind] += 1;
  }
  await noteCarriedOut(deps.table, press, deps.clock.now());
  deps.logger.info("press.carried-out", { ...note, ...counts });
}

async function act(
  deps: PressDeps,
  { alertId, generation }: Dispatch["alerts"][number],
  { action, by }: { readonly action: Interaction["action"]; readonly by: string },
): Promise<ActionOutcome> {
  return applyAlertAction(deps, { alertId, generation }, action, { by });
}
