import { HubError } from "#shared/errors.ts";
import type { Gap, Reading } from "#shared/kit/connector.ts";
import type { Change, Rejected } from "#shared/model/change.ts";
import type { Delivery } from "#shared/model/delivery.ts";

import type { CollectionReader, ReaderDeps } from "./reader.ts";
import { idOfTouched, removals, restored, type Touched, touchedBy } from "./touched.ts";
import { DeliveryWire } from "./wire.ts";

export interface InterpretedReaders {
  readonly tasks: CollectionReader;
  readonly projects: CollectionReader;
  readonly goals: CollectionReader;
}

/**
 * Events are compact and in no order, so each object they name is read again once, as it is now. A
 * deletion is believed when the object is gone indeed. What is hidden or missing without having been
 * deleted says nothing; reconciling asks again.
 */
export async function interpret(
  deps: ReaderDeps,
  readers: InterpretedReaders,
  delivery: Delivery,
): Promise<Reading> {
  const { touched, rejected } = touchedBy(eventsOf(delivery.body), delivery.receivedAt);
  const changes: Change[] = [];
  const failed: Rejected[] = [...rejected];
  const gaps: Gap[] = [];
  for (const kind of ["projects", "tasks", "goals"] as const) {
    const ofKind = touched.filter((one) => one.kind === kind);
    if (ofKind.length === 0) continue;
    const reading = await readers[kind].read(ofKind.map(({ gid }) => gid));
    changes.push(...reading.changes.map((change) => restored(deps, change, ofKind)));
    failed.push(...reading.rejected);
    gaps.push(...(reading.gaps ?? []));
    changes.push(...(await removals(deps, readers[kind], missing(deps, reading, ofKind))));
  }
  return { changes, rejected: failed, ...(gaps.length > 0 && { gaps }) };
}

/** The receiver has verified and parsed these bytes before; a failure here is not worth a retry. */
function eventsOf(body: Uint8Array): readonly unknown[] {
  try {
    return DeliveryWire.parse(JSON.parse(Buffer.from(body).toString("utf8"))).events;
  } catch (error) {
    throw new HubError("input.malformed", "The delivery is not a list of Asana events", {
      cause: error,
    });
  }
}

function missing(
  deps: ReaderDeps,
  reading: Reading,
  touched: readonly Touched[],
): readonly Touched[] {
  const read = new Set<string>(
    reading.changes.map((change) => (change.kind === "upserted" ? change.record.id : change.id)),
  );
  return touched.filter((one) => one.deletedMs !== undefined && !read.has(idOfTouched(deps, one)));
}
