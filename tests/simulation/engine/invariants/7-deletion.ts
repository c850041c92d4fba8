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
    if (!item || !isFact(item)) return;
    const { pk } = item;
    const is = stateOf(after);
    if (!is || !isPresent(after)) {
      if (is) buried.set(pk, is);
      if (isPresent(before) && !isConfirmedGone(run, pk)) {
        violated(run, 7, `${pk} was removed, and its source never said that it is gone`);
      }
      return;
    }
    const was = isPresent(before) ? stateOf(before) : undefined;
    const wrong = was
      ? wrongAfter(run, was, is)
      : wrongAgain(run, pk, { is, grave: buried.get(pk), wasHeld: held.has(pk) });
    if (wrong !== undefined) violated(run, 7, `${pk}: ${wrong}`);
    held.add(pk);
  };
}

/** What is wrong where one state took the place of another. */
function wrongAfter(run: Run, was: State, is: State): string | undefined {
  const isOlder =
    is.version < was.version || (is.version === was.version && is.readAtMs < was.readAtMs);
  return isOlder && !isErasing(run) ? `version ${is.version} replaced ${was.version}` : undefined;
}

interface Return {
  readonly is: State;
  readonly grave: State | undefined;
  readonly wasHeld: boolean;
}

/** What is wrong where a record is there that was not. */
function wrongAgain(run: Run, pk: string, { is, grave, wasHeld }: Return): string | undefined {
  if (grave) {
    const isFromBefore =
      is.version <= grave.version && is.readAtMs - grave.readAtMs <= resurrectionMs;
    return isFromBefore ? "a state from before its deletion brought it back" : undefined;
  }
  const isForgotten = wasHeld && isConfirmedGone(run, pk) && !isBack(run, pk, is.version);
  return isForgotten ? "its deletion was forgotten, and an older state brought it back" : undefined;
}

function isFact(item: Item): boolean {
  const isStamped = typeof item["sourceVersion"] === "number" && typeof item["readAt"] === "string";
  return item.sk === "0" && isStamped;
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
