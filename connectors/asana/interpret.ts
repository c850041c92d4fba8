import { HubError } from "#shared/errors.ts";
import type { Reading } from "#shared/kit/connector.ts";
import type { Change, Rejected } from "#shared/model/change.ts";
import type { Delivery } from "#shared/model/delivery.ts";
import { factId } from "#shared/model/ids.ts";
import { epochMsOf, readInstant } from "#shared/model/time.ts";

import { isGone, pathsOf } from "./errors.ts";
import type { CollectionReader, ReaderDeps } from "./reader.ts";
import { DeliveryWire, EventWire } from "./wire.ts";

export interface InterpretedReaders {
  readonly tasks: CollectionReader;
  readonly projects: CollectionReader;
  readonly goals: CollectionReader;
}

/** What a delivery says of one object, however many events name it. */
interface Touched {
  readonly kind: "tasks" | "projects" | "goals";
  readonly gid: string;
  /** When it was deleted, by the latest such event, epoch ms. */
  deletedMs?: number;
  /** When it was restored, by the latest such event, epoch ms. */
  restoredMs?: number;
}

const kinds: ReadonlyMap<string, Touched["kind"]> = new Map([
  ["task", "tasks"],
  ["project", "projects"],
  ["portfolio", "projects"],
  ["goal", "goals"],
]);

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
  const { touched, rejected } = touchedBy(delivery);
  const changes: Change[] = [];
  const failed: Rejected[] = [...rejected];
  for (const kind of ["projects", "tasks", "goals"] as const) {
    const ofKind = touched.filter((one) => one.kind === kind);
    if (ofKind.length === 0) continue;
    const reading = await readers[kind].read(ofKind.map(({ gid }) => gid));
    changes.push(...reading.changes.map((change) => restored(deps, change, ofKind)));
    failed.push(...reading.rejected);
    changes.push(...(await removals(deps, readers[kind], missing(deps, reading, ofKind))));
  }
  return { changes, rejected: failed };
}

function touchedBy({ body, receivedAt }: Delivery): {
  touched: readonly Touched[];
  rejected: readonly Rejected[];
} {
  const touched = new Map<string, Touched>();
  const rejected: Rejected[] = [];
  for (const [index, record] of eventsOf(body).entries()) {
    const event = EventWire.safeParse(record);
    if (!event.success) {
      rejected.push({ record: `event ${index}`, reason: pathsOf(event.error) });
      continue;
    }
    const { resource, action, created_at } = event.data;
    const kind = kinds.get(resource?.resource_type ?? "");
    // Stories, sections, attachments: what they change of a task comes as an event of the task.
    if (!resource || !kind) continue;
    const one = touched.get(resource.gid) ?? { kind, gid: resource.gid };
    touched.set(resource.gid, one);
    note(one, action, epochMsOf(readInstant(created_at) ?? receivedAt));
  }
  return { touched: [...touched.values()], rejected };
}

function note(one: Touched, action: string, atMs: number): void {
  if (action === "deleted") one.deletedMs = Math.max(one.deletedMs ?? 0, atMs);
  if (action === "undeleted") one.restoredMs = Math.max(one.restoredMs ?? 0, atMs);
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

/** A restored task may bear the version it was deleted with; the event's moment is later. */
function restored(deps: ReaderDeps, change: Change, touched: readonly Touched[]): Change {
  if (change.kind !== "upserted") return change;
  const one = touched.find((candidate) => idOf(deps, candidate) === change.record.id);
  const sourceVersion = Math.max(change.record.sourceVersion, one?.restoredMs ?? 0);
  return { ...change, record: { ...change.record, sourceVersion } };
}

function missing(
  deps: ReaderDeps,
  reading: Reading,
  touched: readonly Touched[],
): readonly Touched[] {
  const read = new Set<string>(
    reading.changes.map((change) => (change.kind === "upserted" ? change.record.id : change.id)),
  );
  return touched.filter((one) => one.deletedMs !== undefined && !read.has(idOf(deps, one)));
}

async function removals(
  deps: ReaderDeps,
  reader: CollectionReader,
  deleted: readonly Touched[],
): Promise<readonly Change[]> {
  const changes: Change[] = [];
  for (const one of deleted) {
    const readAt = deps.source.clock.now();
    try {
      await reader.find(one.gid);
    } catch (error) {
      if (isGone(error)) {
        changes.push({
          kind: "removed",
          id: idOf(deps, one),
          sourceVersion: one.deletedMs ?? 0,
          readAt,
        });
      } else if (!(error instanceof HubError) || error.code !== "connector.forbidden") {
        throw error;
      }
    }
  }
  return changes;
}

function idOf({ source }: ReaderDeps, { kind, gid }: Touched) {
  return factId(kind === "goals" ? "goal" : "work-item", "asana", source.connectionId, gid);
}
