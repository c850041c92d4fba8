import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import type { Org } from "#shared/graph/org.ts";
import { DispatchKind, DispatchOutcome, personOfRecipient } from "#shared/model/notification.ts";
import type { Dispatch, DispatchId } from "#shared/model/notification.ts";
import { Instant, dayMs, epochMsOf, instantOf } from "#shared/model/time.ts";
import { dispatchKey, dispatchLog } from "#shared/store/alerting-keys.ts";
import { listConnections } from "#shared/store/connections.ts";
import { getDocument, listDocuments } from "#shared/store/documents.ts";
import { lists } from "#shared/store/keys.ts";
import { dispatchSpec } from "#shared/store/specs.ts";

import type { AppContext } from "../app-deps.ts";
import { pageOf, pageQuery } from "../http/paging.ts";

const month = z
  .string()
  .regex(/^\d{4}-(?:0[1-9]|1[0-2])$/u)
  .optional()
  .meta({ description: "`2026-11`, by when it was made; by default this month and the last" });

export const DeliveriesQuery = z.strictObject({
  month,
  outcome: DispatchOutcome.optional(),
  kind: DispatchKind.optional(),
  channel: z.string().optional().meta({ description: "A connection's id" }),
  ...pageQuery,
});
export type DeliveriesQuery = z.infer<typeof DeliveriesQuery>;

export const DeliveryAnswer = z
  .strictObject({
    id: z.string(),
    kind: DispatchKind,
    title: z.string(),
    recipient: z.strictObject({ kind: z.enum(["channel", "person"]), name: z.string() }),
    channel: z.strictObject({ id: z.string(), name: z.string() }),
    because: z.string(),
    outcome: DispatchOutcome,
    alerts: z.array(z.strictObject({ id: z.string(), reason: z.string() })),
    alertCount: z.int(),
    attemptCount: z.int(),
    attempts: z.array(
      z.strictObject({
        at: Instant,
        verb: z.enum(["show", "update"]),
        outcome: DispatchOutcome,
        detail: z.string().optional(),
      }),
    ),
    dueAt: Instant.optional().meta({ description: "When it is tried, or updated, next" }),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .meta({ id: "Delivery" });
export type DeliveryAnswer = z.infer<typeof DeliveryAnswer>;

export interface DeliveryList {
  readonly total: number;
  readonly deliveries: DeliveryAnswer[];
  readonly next: string | undefined;
}

/** What was sent, and what still waits to be, newest first. */
export async function listDeliveries(
  context: AppContext,
  query: DeliveriesQuery,
): Promise<DeliveryList> {
  const [names, ...found] = await Promise.all([
    readNames(context),
    ...[lists.dueDispatches, ...monthsOf(context, query.month)].map((list) =>
      listDocuments(context.table, dispatchSpec, list),
    ),
  ]);
  const fitting = latestOf(found.flat())
    .filter((dispatch) => fits(dispatch, query))
    .map((dispatch) => ({ dispatch, key: sortKey(dispatch) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const { page, next } = pageOf(fitting, ({ key }) => key, query);
  const deliveries = page.map(({ dispatch }) => describe(names, dispatch));
  return { total: fitting.length, deliveries, next };
}

/** Throws `entity.not-found` where there is none. */
export async function readDelivery(context: AppContext, id: DispatchId): Promise<DeliveryAnswer> {
  const [dispatch, names] = await Promise.all([
    getDocument(context.table, dispatchSpec, dispatchKey(id)),
    readNames(context),
  ]);
  if (dispatch) return describe(names, dispatch);
  throw new HubError("entity.not-found", "There is no such delivery");
}

function monthsOf({ clock }: AppContext, given: string | undefined): readonly string[] {
  if (given !== undefined) return [dispatchLog(`${given}-01T00:00:00.000Z` as Instant)];
  const now = clock.now();
  const firstMs = epochMsOf(`${now.slice(0, 7)}-01T00:00:00.000Z` as Instant);
  return [dispatchLog(now), dispatchLog(instantOf(firstMs - dayMs))];
}

/** The lists are read one after the other: one that moved between them is shown as it is now. */
function latestOf(all: readonly Dispatch[]): readonly Dispatch[] {
  const byId = new Map<string, Dispatch>();
  for (const dispatch of all) {
    const other = byId.get(dispatch.id);
    if (!other || other.revision < dispatch.revision) byId.set(dispatch.id, dispatch);
  }
  return [...byId.values()];
}

function fits(
  { outcome, kind, connectionId, createdAt }: Dispatch,
  query: DeliveriesQuery,
): boolean {
  return (
    (query.outcome === undefined || outcome === query.outcome) &&
    (query.kind === undefined || kind === query.kind) &&
    (query.channel === undefined || connectionId === query.channel) &&
    (query.month === undefined || createdAt.startsWith(query.month))
  );
}

/** Text order is the order wanted: the newest first. */
function sortKey({ createdAt, id }: Dispatch): string {
  const youngest = (Number.MAX_SAFE_INTEGER - epochMsOf(createdAt)).toString();
  return `${youngest}#${id}`;
}

interface Names {
  readonly org: Org;
  readonly channels: ReadonlyMap<string, string>;
}

async function readNames(context: AppContext): Promise<Names> {
  const [org, connections] = await Promise.all([
    context.orgReader.read(),
    listConnections(context.table),
  ]);
  return { org, channels: new Map(connections.map(({ id, name }) => [id, name])) };
}

function describe({ org, channels }: Names, dispatch: Dispatch): DeliveryAnswer {
  const { recipient, connectionId, alerts, attempts } = dispatch;
  const through = channels.get(connectionId) ?? "A channel that was removed";
  const personId = personOfRecipient(recipient);
  return {
    id: dispatch.id,
    kind: dispatch.kind,
    title: dispatch.title,
    recipient:
      personId === undefined
        ? { kind: "channel", name: through }
        : {
            kind: "person",
            name: org.person(personId)?.name ?? "Somebody who is not known any more",
          },
    channel: { id: connectionId, name: through },
    because: dispatch.because,
    outcome: dispatch.outcome,
    alerts: alerts.map(({ alertId, reason }) => ({ id: alertId, reason })),
    alertCount: dispatch.alertCount,
    attemptCount: dispatch.attemptCount,
    attempts: [...attempts],
    ...(dispatch.dueAt !== undefined && { dueAt: dispatch.dueAt }),
    createdAt: dispatch.createdAt,
    updatedAt: dispatch.updatedAt,
  };
}
