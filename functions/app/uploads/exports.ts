import { HubError } from "#shared/errors.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import { Membership } from "#shared/model/org.ts";
import { fromItem } from "#shared/store/codec.ts";
import { listConnections } from "#shared/store/connections.ts";
import { lists } from "#shared/store/keys.ts";
import { queryAll } from "#shared/store/list.ts";

import type { AppContext } from "../app-deps.ts";
import { exportAccounts, exportGoals } from "./export-accounts.ts";
import { exportPeople, exportUnits } from "./export-people.ts";
import type { ExportTable } from "./export-people.ts";
import { writeCsv } from "./write-csv.ts";

/** What can be taken out, and how it is called. */
export const exportKinds = ["people", "units", "accounts", "goals"] as const;
export type ExportKind = (typeof exportKinds)[number];

export interface ExportedFile {
  readonly fileName: string;
  readonly rows: number;
  readonly csv: string;
}

/** All of a kind as a file that can be uploaded again; nothing in it but what the hub may keep. */
export async function exportFile(
  context: AppContext,
  kind: ExportKind,
  connectionId?: ConnectionId,
): Promise<ExportedFile> {
  const table = await exportTable(context, kind, connectionId);
  context.logger.info("export.written", { kind, rows: table.rows.length });
  return {
    fileName: `throughline-${kind}-${context.clock.now().slice(0, 10)}.csv`,
    rows: table.rows.length,
    csv: writeCsv(table.header, table.rows),
  };
}

async function exportTable(
  context: AppContext,
  kind: ExportKind,
  connectionId: ConnectionId | undefined,
): Promise<ExportTable> {
  if (kind === "goals") {
    const { graph } = await context.snapshots.read();
    return exportGoals(
      [...graph.goals()].filter(
        (goal) => connectionId === undefined || goal.connectionId === connectionId,
      ),
    );
  }
  const scope = { org: await context.orgReader.read(), connectionId };
  if (kind === "people") return exportPeople(scope);
  if (kind === "units") return exportUnits(scope, await readMemberships(context));
  const names = new Map(
    (await listConnections(context.table)).map(({ id, name }) => [id, name] as const),
  );
  return exportAccounts(scope, (id) => names.get(id) ?? id);
}

async function readMemberships({ table }: AppContext): Promise<readonly Membership[]> {
  const items = await queryAll(table, { index: "list", partition: lists.memberships });
  return items.map((item) => fromItem(Membership, item));
}

export function readExportKind(text: string): ExportKind {
  const kind = exportKinds.find((each) => each === text);
  if (kind) return kind;
  throw new HubError("entity.not-found", `What can be exported: ${exportKinds.join(", ")}`);
}
