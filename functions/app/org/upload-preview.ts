import { openSource } from "#shared/access/open-source.ts";
import { HubError } from "#shared/errors.ts";
import { effectivePerson, effectiveUnit } from "#shared/graph/effective.ts";
import type { UploadedOrg } from "#shared/graph/reorg-parts.ts";
import type { Upsert } from "#shared/model/change.ts";
import type { OrgUnit, Person } from "#shared/model/facts.ts";
import type { Membership } from "#shared/model/org.ts";
import { listConnections } from "#shared/store/connections.ts";
import { KeptRecordStore } from "#shared/store/kept-records.ts";

import type { AppContext } from "../app-deps.ts";
import { applyGeneration } from "../uploads/generations.ts";
import { previewUpload } from "../uploads/upload-verbs.ts";
import type { PreviewedUpload } from "../uploads/upload-verbs.ts";
import type { PreviewAnswer } from "./preview-answers.ts";
import { previewOther } from "./preview.ts";
import type { PreviewQuery } from "./preview.ts";

export interface PreviewedFile {
  readonly fileName: string;
  readonly preview: PreviewAnswer;
}

/** What a staged file of people or teams would do to goals, dependencies, alerts and work, if it were applied. */
export async function previewUploadedOrg(
  context: AppContext,
  id: string,
  query: PreviewQuery,
): Promise<PreviewedFile> {
  const upload = await previewUpload(context, id);
  if (upload.checked.problems.length > 0) {
    throw new HubError("entity.conflict", "The file has mistakes: correct them first");
  }
  if (upload.kind.collections.length === 0) {
    throw new HubError("entity.conflict", "This kind of file tells nothing of the organisation");
  }
  const preview = await previewOther(context, await readUploaded(context, upload), query);
  return { fileName: upload.file.fileName, preview };
}

/**
 * The file as the connector itself would read it, had it been applied: it is, to a table in memory that
 * nobody else sees.
 */
async function readUploaded(context: AppContext, upload: PreviewedUpload): Promise<UploadedOrg> {
  const { place, kind, file, checked, difference } = upload;
  const scratch = { ...context, table: context.createScratchTable() };
  const kept = new KeptRecordStore(scratch, place.connection.id);
  const { added, changed, vanished } = difference;
  await applyGeneration(scratch, { ...place, kept }, kind, {
    fileName: file.fileName,
    rows: checked.rows,
    shelves: checked.shelves,
    event: { added, changed, vanished },
  });
  const connections = await listConnections(context.table);
  const source = await openSource(scratch, { connection: place.connection, connections });
  const said: Upsert[] = [];
  for (const collection of kind.collections) {
    for await (const { changes } of source.pull(collection, undefined)) {
      for (const change of changes) if (change.kind === "upserted") said.push(change);
    }
  }
  const isReplaced = (held: Person | OrgUnit) =>
    held.connectionId === place.connection.id &&
    kind.collections.some((collection) => source.isOf(collection, held));
  return { ...(await joined(context, said)), replaces: isReplaced };
}

/** What was said, joined with what is held, as the store would. */
async function joined(
  { orgReader, clock }: AppContext,
  said: readonly Upsert[],
): Promise<Required<Pick<UploadedOrg, "people" | "units" | "memberships">>> {
  const org = await orgReader.read();
  const now = clock.now();
  const people: Person[] = [];
  const units: OrgUnit[] = [];
  const memberships: Membership[] = [];
  for (const { record, edges } of said) {
    if (record.type === "person") {
      people.push(effectivePerson(record, org.humans.record(record.id), now));
    } else if (record.type === "org-unit") {
      units.push(effectiveUnit(record, org.unit(record.id), now));
    }
    for (const edge of edges) {
      if (edge.type === "membership") {
        memberships.push({ ...edge, assertedBy: record.id, createdAt: now });
      }
    }
  }
  return { people, units, memberships };
}
