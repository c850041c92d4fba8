import { readFactId } from "#shared/model/ids.ts";
import { minuteMs } from "#shared/model/time.ts";
import type { Item, ItemChange } from "#shared/ports/table.ts";

import type { Run } from "../run.ts";
import { violated } from "../run.ts";
import { toolNames } from "../world/company.ts";

/** Only a clearly later reading proves that something is back. */
const resurrectionMs = 10 * minuteMs;

interface State {
  readonly version: number;
  readonly readAtMs: number;
}

/** 7, at every write: an older state never replaces a newer one, a deletion least of all; and only what the source confirmed goes. */
export function watchDeletions(run: Run): (change: ItemChange) => void {
  const buried = new Map<string, State>();
  const held = new Set<string>();
  return ({ before, after }) => {
    const item = after ?? before;
    if (!item || item.sk !== "0" || !isFact(item)) return;
    const { pk } = item;
    const [was, is] = [stateOf(before), stateOf(after)];
    if (isPresent(before) && !isPresent(after) && !isConfirmedGone(run, pk)) {
      violated(run, 7, `${pk} was removed, and its source never said that it is gone`);
    }
    if (is && after?.["isRemoved"] === true) buried.set(pk, is);
    const grave = buried.get(pk);
    if (!is || !isPresent(after)) return;
    if (was && isPresent(before)) {
      const isOlder =
        is.version < was.version || (is.version === was.version && is.readAtMs < was.readAtMs);
      if (isOlder && !isErasing(run))
        violated(run, 7, `${pk}: version ${is.version} replaced ${was.version}`);
    } else if (
      grave &&
      is.version <= grave.version &&
      is.readAtMs - grave.readAtMs <= resurrectionMs
    ) {
      violated(run, 7, `${pk}: a state from before its deletion brought it back`);
    } else if (!grave && isConfirmedGone(run, pk) && !isBack(run, pk, is.version) && held.has(pk)) {
      violated(run, 7, `${pk}: its deletion was forgotten, and an older state brought it back`);
    }
    held.add(pk);
  };
}

function isFact(item: Item): boolean {
  return typeof item["sourceVersion"] === "number" && typeof item["readAt"] === "string";
}

function isPresent(item: Item | undefined): boolean {
  return item !== undefined && item["isRemoved"] !== true;
}

function stateOf(item: Item | undefined): State | undefined {
  return (
    item && {
      version: Number(item["sourceVersion"]),
      readAtMs: Date.parse(item["readAt"] as string),
    }
  );
}

function isErasing({ erased }: Run): boolean {
  return erased.size > 0;
}

function recordOf(run: Run, pk: string) {
  const parts = readFactId(pk);
  const name = toolNames.find((one) => one === parts?.connector);
  const tool = name && run.company.sites[name].tool;
  return { tool, native: parts?.nativeId ?? "" };
}

function isConfirmedGone(run: Run, pk: string): boolean {
  const { tool, native } = recordOf(run, pk);
  if (run.erased.size > 0 && [...run.erased].some((each) => native.includes(each))) return true;
  return tool?.everDeleted.has(native) === true;
}

/** Whether the source itself has it again. */
function isBack(run: Run, pk: string, version: number): boolean {
  const { tool, native } = recordOf(run, pk);
  const record = tool?.records.get(native);
  return record !== undefined && !record.isDeleted && version >= record.version;
}
