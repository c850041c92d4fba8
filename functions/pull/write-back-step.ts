import type { CannotHold, StoredValue, WriteBack } from "#shared/kit/write-back.ts";
import { shortText } from "#shared/model/facts.ts";
import type { WorkItemId } from "#shared/model/ids.ts";
import type { WriteBackItem } from "#shared/model/write-back.ts";

/** What became of an item: the part of it that a step decides. */
export type Outcome = Pick<WriteBackItem, "state"> &
  Partial<Pick<WriteBackItem, "before" | "beforeInWords" | "reason">> & {
    /** We wrote, though something else shows: tools may show a write late. */
    readonly isWritten?: true;
  };

/**
 * What the tool must do for one item. Every step reads before it writes and again afterwards, so that
 * a step cut off anywhere can be repeated: it finds its own value and knows it by its content.
 * Failures of the tool are thrown.
 */
export async function previewItems(
  tool: WriteBack,
  items: readonly WriteBackItem[],
): Promise<ReadonlyMap<WorkItemId, Outcome>> {
  const found = await tool.read(items.map(({ factId }) => factId));
  return new Map(
    items.map(({ factId, wanted }) => {
      const value = found.get(factId);
      const words = typeof value === "string" ? shortText(tool.inWords(value), 300) : undefined;
      const outcome = firstLook(value, wanted);
      return [
        factId,
        words === undefined ? outcome : { ...outcome, beforeInWords: words },
      ] as const;
    }),
  );
}

function firstLook(found: Found, wanted: StoredValue): Outcome {
  if (found === undefined) return { state: "skipped", reason: "It is gone, or hidden from us" };
  if (isUnfit(found)) return { state: "skipped", reason: found.why };
  if (found === wanted) return { state: "skipped", before: found, reason: "It says so already" };
  return { state: "planned", before: found };
}

/** Writes what the preview showed, unless something else stands there by now. */
export async function applyItem(tool: WriteBack, item: WriteBackItem): Promise<Outcome> {
  const found = await look(tool, item.factId);
  if (found === undefined) return { state: "conflict", reason: "It is gone, or hidden from us" };
  if (isUnfit(found)) return { state: "skipped", reason: found.why };
  if (found === item.wanted) return { state: "written" };
  if (found !== item.before) {
    return { state: "conflict", reason: "It was changed after the preview: left as it is" };
  }
  await tool.write(item.factId, item.wanted);
  if ((await look(tool, item.factId)) === item.wanted) return { state: "written" };
  const reason = "Right after writing, something else stood there";
  return { state: "conflict", reason, isWritten: true };
}

/** Puts back what stood there before, only where our value still stands. */
export async function undoItem(tool: WriteBack, item: WriteBackItem): Promise<Outcome> {
  const { factId, wanted, before = null, writtenAt } = item;
  const found = await look(tool, factId);
  if (found !== wanted) return notOurs(found, { before, wasWritten: writtenAt !== undefined });
  await tool.write(factId, before);
  if ((await look(tool, factId)) === before) return { state: "undone" };
  return { state: "conflict", reason: "Right after taking it back, something else stood there" };
}

function notOurs(
  found: Found,
  { before, wasWritten }: { readonly before: StoredValue; readonly wasWritten: boolean },
): Outcome {
  if (!wasWritten) return { state: "skipped", reason: "It was never written" };
  if (found === undefined) return { state: "conflict", reason: "It is gone, or hidden from us" };
  if (found === before) return { state: "undone" };
  return { state: "conflict", reason: "Something else stands there by now: left as it is" };
}

type Found = StoredValue | CannotHold | undefined;

async function look(tool: WriteBack, factId: WorkItemId): Promise<Found> {
  return (await tool.read([factId])).get(factId);
}

function isUnfit(found: Found): found is CannotHold {
  return typeof found === "object" && found !== null;
}
