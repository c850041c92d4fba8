import { HubError } from "#shared/errors.ts";
import type { FileKind } from "#shared/kit/file-intake.ts";
import { readShelf } from "#shared/kit/uploaded-files.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import type { PullMessage } from "#shared/model/pull.ts";

import type { AppContext } from "../app-deps.ts";
import { carryOutAccounts } from "./carry-out-accounts.ts";
import { compareRows, isAbrupt } from "./compare-rows.ts";
import { applyGeneration, clearLeftovers, holdState, swapGenerations } from "./generations.ts";
import { removeStaged } from "./staged-file.ts";
import { assertTaking, kindOf, loadPlace } from "./upload-place.ts";
import type { UploadPlace } from "./upload-place.ts";
import { previewUpload, rememberMapping } from "./upload-verbs.ts";

/**
 * Applies a staged file, whole or not at all: one wrong line refuses it. Where more than 30 % vanish,
 * `acceptsVanishing` must say that this is meant. What follows in the graph is read at once.
 */
export async function applyUpload(
  context: AppContext,
  id: string,
  { acceptsVanishing = false }: { readonly acceptsVanishing?: boolean | undefined } = {},
): Promise<void> {
  const { place, kind, file, own, checked, difference } = await previewUpload(context, id);
  assertTaking(place);
  if (checked.problems.length > 0) {
    const count = checked.problems.length;
    const message = `Nothing was applied: the file has ${count === 1 ? "one mistake" : `${count} mistakes`}. Correct it and upload it again`;
    throw new HubError("input.invalid", message, {
      issues: checked.problems.slice(0, 100).map((problem) => ({
        path: [
          `line ${problem.line}`,
          ...(problem.column === undefined ? [] : [`column ${problem.column}`]),
        ].join(", "),
        message: problem.message,
      })),
    });
  }
  const isAccepted = isAbrupt(difference);
  if (isAccepted && !acceptsVanishing) {
    throw new HubError(
      "entity.conflict",
      `${difference.vanished} of ${difference.before} would vanish: say that this is meant, or choose the right file`,
    );
  }
  const { added, changed, vanished } = difference;
  await applyGeneration(context, place, kind, {
    fileName: file.fileName,
    rows: checked.rows,
    shelves: checked.shelves,
    event: { added, changed, vanished },
  });
  await rememberMapping(place, file);
  await removeStaged(place, own);
  await follow(context, place, kind, { acceptsShrink: isAccepted });
  await clearLeftovers(context, place);
  context.logger.info("upload.applied", {
    connectionId: place.connection.id,
    kind: kind.name,
    rows: checked.rows,
    added,
    changed,
    vanished,
  });
}

/** Returns to the file before the newest of its kind; doing it again returns to the newest. */
export async function undoUpload(
  context: AppContext,
  connectionId: ConnectionId,
  kindName: string,
): Promise<void> {
  const place = await loadPlace(context, connectionId);
  assertTaking(place);
  const kind = kindOf(place, kindName);
  const { state } = await holdState(place, kind.name);
  const [current, former] = [
    await readShelf(place.kept, state.current, kind.shelf),
    await readShelf(place.kept, state.former, kind.shelf),
  ];
  const { added, changed, vanished } = compareRows(current, former);
  await swapGenerations(context, place, kind, { added, changed, vanished });
  await follow(context, place, kind, { acceptsShrink: true });
  context.logger.info("upload.undone", { connectionId, kind: kind.name });
}

/** Goes on where carrying out what an accounts file says was broken off. */
export async function resumeUpload(
  context: AppContext,
  connectionId: ConnectionId,
  kindName: string,
): Promise<void> {
  const place = await loadPlace(context, connectionId);
  await follow(context, place, kindOf(place, kindName), { acceptsShrink: false });
}

/** Has the graph follow. A message that is lost is made up by the next pull and reconcile. */
async function follow(
  context: AppContext,
  place: UploadPlace,
  kind: FileKind,
  { acceptsShrink }: { readonly acceptsShrink: boolean },
): Promise<void> {
  if (kind.collections.length === 0) {
    await carryOutAccounts(context, place, kind.name);
    return;
  }
  const connectionId = place.connection.id;
  const messages = kind.collections.flatMap((collection): PullMessage[] => [
    { kind: "pull", connectionId, collection },
    { kind: "reconcile", connectionId, collection, ...(acceptsShrink && { acceptsShrink }) },
  ]);
  for (const message of messages) await context.pulls.send(JSON.stringify(message));
}
