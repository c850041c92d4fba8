import { HubError } from "#shared/errors.ts";
import type { FileKind } from "#shared/kit/file-intake.ts";
import { FileState, partId, uploadCollections } from "#shared/kit/uploaded-files.ts";
import type { Generation, KeptRow, UploadEvent } from "#shared/kit/uploaded-files.ts";
import { epochMsOf, minuteMs } from "#shared/model/time.ts";
import type { KeptRecord } from "#shared/ports/kept-records.ts";
import type { Json } from "#shared/ports/table.ts";

import type { AppContext } from "../app-deps.ts";
import { inTurns, packRows } from "./pack-rows.ts";
import type { UploadPlace } from "./upload-place.ts";

/** Writing 200,000 rows takes a minute; who needs longer has died. */
const writingMinutesMax = 15;
const eventsMax = 20;

export interface HeldState {
  readonly state: FileState;
  /** What to replace; undefined before the first file of its kind. */
  readonly record: KeptRecord | undefined;
}

export async function holdState({ kept }: UploadPlace, kind: string): Promise<HeldState> {
  const record = await kept.get(uploadCollections.files, kind);
  const state = FileState.safeParse(record?.body ?? {});
  if (state.success) return { state: state.data, record };
  throw new HubError("invariant.broken", "The state of an uploaded file does not parse");
}

/** Stores the next state; throws `entity.conflict` where somebody else was faster. */
export async function saveState(
  { kept }: UploadPlace,
  kind: string,
  state: FileState,
  before: KeptRecord | undefined,
): Promise<KeptRecord> {
  // Its fields are JSON already; undefined ones are left out.
  const body = JSON.parse(JSON.stringify(state)) as KeptRecord["body"];
  const put = await kept.put(uploadCollections.files, { id: kind, body, lookups: [] }, before);
  if (put.outcome === "stored") return put.record;
  throw new HubError("entity.conflict", "Somebody else has just applied a file: look again");
}

interface NewFile {
  readonly fileName: string;
  readonly rows: number;
  readonly shelves: Readonly<Record<string, readonly KeptRow[]>>;
  readonly event: Omit<UploadEvent, "at" | "did" | "fileName" | "rows">;
}

/**
 * Writes a file as a new generation, then names it the current one in a single conditional write. A
 * crash on the way leaves the former one in force; what was written is cleared by the next apply.
 */
export async function applyGeneration(
  context: AppContext,
  place: UploadPlace,
  kind: FileKind,
  file: NewFile,
): Promise<FileState> {
  const { clock } = context;
  const id = context.random(10);
  const { state, record } = await holdState(place, kind.name);
  assertNobodyWrites(state, clock.nowMs());
  const claim = { ...state, pending: { id, since: clock.now() } };
  const claimed = await saveState(place, kind.name, claim, record);
  const generation = await writeGeneration(context, place, { ...file, id });
  const { pending: _pending, former: _former, ...rest } = claim;
  const next: FileState = {
    ...rest,
    current: generation,
    ...(state.current && { former: state.current }),
    isCarriedOut: kind.collections.length > 0,
    events: [
      {
        at: clock.now(),
        did: "applied" as const,
        fileName: file.fileName,
        rows: file.rows,
        ...file.event,
      },
      ...state.events,
    ].slice(0, eventsMax),
  };
  await saveState(place, kind.name, next, claimed);
  return next;
}

function assertNobodyWrites({ pending }: FileState, nowMs: number): void {
  if (!pending || nowMs - epochMsOf(pending.since) > writingMinutesMax * minuteMs) return;
  throw new HubError("entity.conflict", "Another file of this kind is being applied: wait for it");
}

async function writeGeneration(
  { clock }: AppContext,
  { kept }: UploadPlace,
  { id, fileName, rows, shelves }: NewFile & { readonly id: string },
): Promise<Generation> {
  const counts: Record<string, { parts: number; rows: number }> = {};
  for (const [shelf, all] of Object.entries(shelves)) {
    const parts = packRows(all);
    counts[shelf] = { parts: parts.length, rows: all.length };
    await inTurns([...parts.entries()], async ([number, part]) => {
      const body = { rows: part as Json };
      const next = { id: partId(id, shelf, number), body, lookups: [] };
      const put = await kept.put(uploadCollections.parts, next, undefined);
      if (put.outcome !== "stored") {
        throw new HubError("entity.conflict", "An upload's id is taken: try again");
      }
    });
  }
  return { id, fileName, at: clock.now(), rows, shelves: counts };
}

/** Makes the former file the current one again, and the other way round. */
export async function swapGenerations(
  { clock }: AppContext,
  place: UploadPlace,
  kind: FileKind,
  event: NewFile["event"],
): Promise<FileState> {
  const { state, record } = await holdState(place, kind.name);
  assertNobodyWrites(state, clock.nowMs());
  const { current, former } = state;
  if (!current || !former) {
    throw new HubError("entity.conflict", "There is no former file to return to");
  }
  const { fileName, rows } = former;
  const next: FileState = {
    ...state,
    current: former,
    former: current,
    isCarriedOut: kind.collections.length > 0,
    events: [
      { at: clock.now(), did: "undone" as const, fileName, rows, ...event },
      ...state.events,
    ].slice(0, eventsMax),
  };
  await saveState(place, kind.name, next, record);
  return next;
}

/** Removes rows of generations that no state names: of files before the former, and of crashes. */
export async function clearLeftovers(context: AppContext, place: UploadPlace): Promise<void> {
  const { kept, intake } = place;
  const states = await Promise.all(intake.kinds.map(({ name }) => holdState(place, name)));
  const named = new Set(
    states.flatMap(({ state: { current, former, pending } }) => [
      current?.id,
      former?.id,
      // Whoever is writing is not disturbed; a dead one's rows go once the next file is applied.
      pending?.id,
    ]),
  );
  // What somebody began to write after the states were read is young.
  const before = context.clock.nowMs() - writingMinutesMax * minuteMs;
  let after: string | undefined;
  do {
    // Ids alone matter, but bodies come along: a few records at a time.
    const page = await kept.page(uploadCollections.parts, after, 10);
    const left = page.records.filter(
      ({ id, createdAt }) => epochMsOf(createdAt) < before && !named.has(id.split(".")[0] ?? ""),
    );
    await inTurns(left, (record) => kept.remove(uploadCollections.parts, record));
    after = page.next;
  } while (after !== undefined);
  context.logger.info("upload.leftovers-cleared", { connectionId: place.connection.id });
}
