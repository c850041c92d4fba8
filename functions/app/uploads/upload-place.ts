import { HubError } from "#shared/errors.ts";
import type { Connector } from "#shared/kit/connector.ts";
import type { FileIntake, FileKind } from "#shared/kit/file-intake.ts";
import type { Connection } from "#shared/model/connection.ts";
import { ConnectionId } from "#shared/model/ids.ts";
import { listConnections } from "#shared/store/connections.ts";
import { KeptRecordStore } from "#shared/store/kept-records.ts";

import type { AppContext } from "../app-deps.ts";
import { connect } from "../connections/connect.ts";
import { loadConnection } from "../connections/load-connection.ts";

/** A connection that takes files, and all that its files need. */
export interface UploadPlace {
  readonly connection: Connection;
  readonly intake: FileIntake;
  readonly kept: KeptRecordStore;
}

/** The connections that take files, oldest first. */
export async function listPlaces(context: AppContext): Promise<readonly UploadPlace[]> {
  const connections = await listConnections(context.table);
  const places = await Promise.all(connections.map((one) => placeOf(context, one)));
  return places.filter((place) => place !== undefined);
}

async function placeOf(
  context: AppContext,
  connection: Connection,
): Promise<UploadPlace | undefined> {
  const intake = await context.registry.find(connection.connector)?.files?.();
  if (!intake || connection.status === "removing" || connection.status === "draft") {
    return undefined;
  }
  return { connection, intake, kept: new KeptRecordStore(context, connection.id) };
}

/** Throws `entity.not-found` for a connection that takes no files. */
export async function loadPlace(context: AppContext, id: ConnectionId): Promise<UploadPlace> {
  const place = await placeOf(context, await loadConnection(context, id));
  if (place) return place;
  throw new HubError("entity.not-found", "This connection takes no files");
}

/** Where a new file goes: to the connection that is named, else to the first, which is made if need be. */
export async function placeForUpload(
  context: AppContext,
  id: ConnectionId | undefined,
): Promise<UploadPlace> {
  if (id !== undefined) return loadPlace(context, id);
  const [first] = await listPlaces(context);
  if (first) return first;
  const made = await connect(context, {
    connector: taker(context).name,
    name: "Uploaded files",
    settings: {},
  });
  return loadPlace(context, made.id);
}

export function assertTaking({ connection }: UploadPlace): void {
  if (connection.status !== "paused") return;
  const message = `“${connection.name}” is paused: resume it first`;
  throw new HubError("entity.conflict", message);
}

/** How the files of the connection are read; without one, how those of any connection are. */
export async function intakeFor(
  context: AppContext,
  id: ConnectionId | undefined,
): Promise<FileIntake> {
  if (id !== undefined) return (await loadPlace(context, id)).intake;
  const { files } = taker(context);
  const intake = await files?.();
  if (intake) return intake;
  throw new HubError("entity.not-found", "Nothing here takes files");
}

function taker({ registry }: AppContext): Connector {
  const connector = registry.connectors.find(({ files }) => files !== undefined);
  if (connector) return connector;
  throw new HubError("entity.not-found", "Nothing here takes files");
}

export function kindOf({ intake }: Pick<UploadPlace, "intake">, name: string): FileKind {
  const kind = intake.kinds.find((each) => each.name === name);
  if (kind) return kind;
  const message = `Choose one of: ${intake.kinds.map((each) => each.name).join(", ")}`;
  throw new HubError("input.invalid", message, { issues: [{ path: "kind", message }] });
}

/** An upload's id says of which connection it is. */
export function readUploadId(id: string): {
  readonly connectionId: ConnectionId;
  readonly own: string;
} {
  const [connection = "", own = ""] = id.split(".");
  const connectionId = ConnectionId.safeParse(connection);
  if (connectionId.success && /^[0-9a-z]{8}$/u.test(own)) {
    return { connectionId: connectionId.data, own };
  }
  throw new HubError("entity.not-found", "There is no such upload");
}
