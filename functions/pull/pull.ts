import { openSource } from "#shared/access/open-source.ts";
import type { AllConnections } from "#shared/access/open-source.ts";
import { HubError } from "#shared/errors.ts";
import type { Connection, Cursor } from "#shared/model/connection.ts";
import type { PullMessage } from "#shared/model/pull.ts";
import { instantOf, minuteMs } from "#shared/model/time.ts";
import { getConnection, listConnections } from "#shared/store/connections.ts";
import type { Unversioned } from "#shared/store/documents.ts";
import { getDocument, updateDocument } from "#shared/store/documents.ts";
import { cursorKey } from "#shared/store/keys.ts";
import { cursorSpec } from "#shared/store/specs.ts";

import { isStanding } from "./bury-if-removed.ts";
import type { PullDeps } from "./deps.ts";
import { erasePerson } from "./erase-person.ts";
import { noteProblem } from "./freshness.ts";
import { pullCollection } from "./pull-collection.ts";
import { readAbsencesOf } from "./read-absences.ts";
import { readHistories } from "./read-histories.ts";
import { reconcileCollection } from "./reconcile-collection.ts";
import { removeConnection } from "./remove-connection.ts";
import { removeUnusedGrant } from "./remove-grant.ts";
import { retryQuarantined } from "./retry-quarantined.ts";
import { subscribe } from "./subscribe.ts";
import { writeBack } from "./write-back.ts";

/** After a failed reconcile, the next try. */
const reconcileAgainMs = 30 * minuteMs;

/** Does one piece of reading. Failures of the source are recorded where people see them, not thrown. */
export async function pull(deps: PullDeps, message: PullMessage): Promise<void> {
  if (message.kind === "remove-grant") {
    return removeUnusedGrant(deps, message.grantId, message.attempt);
  }
  if (message.kind === "erase") return void (await erasePerson(deps, message.personId));
  const connection = await getConnection(deps.table, message.connectionId);
  if (!connection) return;
  const connections = () => listConnections(deps.table);
  if (message.kind === "remove") return removeConnection(deps, connection);
  if (message.kind === "write-back") {
    return writeBack(deps, { connection, connections, batchId: message.batchId });
  }
  if (!isReading(connection)) return;
  if (message.kind === "histories") return readHistories(deps, { connection, connections });
  if (message.kind === "absences") return readAbsencesOf(deps, { connection, connections });
  try {
    await read(deps, message, { connection, connections });
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    deps.logger.warn("pull.failed", {
      connectionId: connection.id,
      kind: message.kind,
      code: error.code,
    });
    await noteFailure(deps, message, error);
  }
}

function isReading({ status }: Connection): boolean {
  return status === "active" || status === "degraded";
}

type ReadMessage = Exclude<
  PullMessage,
  { kind: "remove" | "write-back" | "remove-grant" | "histories" | "absences" | "erase" }
>;

async function noteFailure(deps: PullDeps, message: ReadMessage, error: HubError): Promise<void> {
  // One that was taken away meanwhile has nothing to note it on.
  if (!(await isStanding(deps, message.connectionId))) return;
  if (message.kind === "pull" || message.kind === "reconcile") {
    await recordCursorProblem(deps, message, error);
  }
  await noteProblem(deps, message.connectionId, error);
}

async function read(
  deps: PullDeps,
  message: ReadMessage,
  {
    connection,
    connections,
  }: { readonly connection: Connection; readonly connections: AllConnections },
): Promise<void> {
  const source = await openSource(deps, { connection, connections });
  if (message.kind === "subscribe") {
    return subscribe(deps, { connection, source, isSecondLook: message.isSecondLook === true });
  }
  if (message.kind === "retry-quarantined") {
    return retryQuarantined(deps, { connection, source, collection: message.collection });
  }
  const collection = deps.registry
    .get(connection.connector)
    .collections.find((candidate) => candidate.name === message.collection);
  // A collection that a newer release no longer has.
  if (!collection) return;
  const run = { connection, collection, source };
  if (message.kind === "pull") await pullCollection(deps, run);
  else await reconcileCollection(deps, { ...run, acceptsShrink: message.acceptsShrink === true });
}

async function recordCursorProblem(
  deps: PullDeps,
  message: Extract<PullMessage, { kind: "pull" | "reconcile" }>,
  error: HubError,
): Promise<void> {
  const now = deps.clock.now();
  const key = cursorKey(message.connectionId, message.collection, message.kind);
  // Before the first reconcile there is none; the connection itself will tell of the problem.
  if (!(await getDocument(deps.table, cursorSpec, key))) return;
  await updateDocument(deps.table, cursorSpec, key, (cursor): Unversioned<Cursor> => ({
    ...cursor,
    state: "failed",
    updatedAt: now,
    dueAt: instantOf(deps.clock.nowMs() + (error.retryAfterMs ?? reconcileAgainMs)),
    // A shrink waits for an admin: a try that did not get so far has not made it good.
    problem:
      cursor.problem?.code === "connector.shrunk" && error.traits.retry === "later"
        ? cursor.problem
        : {
            code: error.code,
            message: error.message.slice(0, 500),
            since: cursor.problem?.since ?? now,
          },
  }));
}
