import type { Dispatch, DispatchId } from "#shared/model/notification.ts";
import { dispatchKey } from "#shared/store/alerting-keys.ts";
import { readDocument } from "#shared/store/documents.ts";
import { SetAside } from "#shared/store/set-aside.ts";
import { dispatchSpec } from "#shared/store/specs.ts";

import type { Round } from "./round.ts";
import { loggedId } from "./settle.ts";

/**
 * The dispatch, where there is one that can be read. What an earlier message said, and nobody can read any
 * more, must keep nobody from hearing of anything else.
 */
export async function findDispatch(round: Round, id: DispatchId): Promise<Dispatch | undefined> {
  const { table, logger } = round.deps;
  const item = await table.get(dispatchKey(id));
  const found = item && new SetAside().read(item, (one) => readDocument(dispatchSpec, one));
  if (item && !found) logger.warn("notify.unreadable", { dispatchId: loggedId(id) });
  return found;
}
