import type { Change, Rejected } from "#shared/model/change.ts";
import { factId } from "#shared/model/ids.ts";
import { epochMsOf, type Instant, readInstant } from "#shared/model/time.ts";

import { isGone, isWithheld, pathsOf } from "./errors.ts";
import type { CollectionReader, ReaderDeps } from "./reader.ts";
import { EventWire } from "./wire.ts";

/** What events say of one object, however many of them name it. */
export interface Touched {
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

/** The objects that events name, each once. An event without a moment happened when it was received. */
export function touchedBy(
  events: readonly unknown[],
  receivedAt: Instant,
): { readonly touched: readonly Touched[]; readonly rejected: readonly Rejected[] } {
  const touched = new Map<string, Touched>();
  const rejected: Rejected[] = [];
  for (const [index, record] of events.entries()) {
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

/** A restored task may bear the version it was deleted with; the event's moment is later. */
export function restored(deps: ReaderDeps, change: Change, touched: readonly Touched[]): Change {
  if (change.kind !== "upserted") return change;
  const one = touched.find((candidate) => idOfTouched(deps, candidate) === change.record.id);
  const sourceVersion = Math.max(change.record.sourceVersion, one?.restoredMs ?? 0);
  return { ...change, record: { ...change.record, sourceVersion } };
}

/** A deletion is believed when the object is gone indeed; what is hidden says nothing. */
export async function removals(
  deps: ReaderDeps,
  reader: Pick<CollectionReader, "find">,
  deleted: readonly Touched[],
): Promise<readonly Change[]> {
  const asked = deleted.map(async (one): Promise<readonly Change[]> => {
    const readAt = deps.source.clock.now();
    try {
      await reader.find(one.gid);
      return [];
    } catch (error) {
      if (isGone(error)) {
        const sourceVersion = one.deletedMs ?? 0;
        return [{ kind: "removed", id: idOfTouched(deps, one), sourceVersion, readAt }];
      }
      if (isWithheld(error)) return [];
      throw error;
    }
  });
  return (await Promise.all(asked)).flat();
}

export function idOfTouched({ source }: ReaderDeps, { kind, gid }: Touched) {
  return factId(kind === "goals" ? "goal" : "work-item", "asana", source.connectionId, gid);
}
