import * as z from "zod";

import type { Connector } from "#shared/kit/connector.ts";
import { ConnectionId } from "#shared/model/ids.ts";

import type { AppContext } from "../app-deps.ts";
import { consentInfo } from "../consents/oauth-apps.ts";
import { defineRoute } from "../http/route.ts";
import type { Route } from "../http/route.ts";
import { startDraft } from "../onboarding/draft.ts";
import {
  ConnectionChange,
  changeConnection,
  pauseConnection,
  removeConnection,
  resumeConnection,
} from "./change-connection.ts";
import { NewConnection, connect } from "./connect.ts";
import { ConnectionAnswer, ConnectionDetail, ConnectorAnswer } from "./connection-answers.ts";
import {
  ReconcileRequest,
  backfill,
  cancelBackfill,
  reconcileConnection,
  retryQuarantine,
} from "./read-again.ts";
import { readConnection, readConnections } from "./read-connections.ts";

const topic = "Connections";
const params = z.strictObject({ id: ConnectionId });
export const probeRefusals = [
  "connector.unauthorized",
  "connector.forbidden",
  "connector.misconfigured",
  "connector.not-found",
  "connector.plan-limited",
  "connector.unreachable",
  "connector.rate-limited",
  "connector.unavailable",
  "connector.drifted",
] as const;

async function describeConnector(
  context: AppContext,
  connector: Connector,
): Promise<ConnectorAnswer> {
  const { name, title, summary, collections } = connector;
  const { $schema: _dialect, ...settings } = z.toJSONSchema(connector.settings, { io: "input" });
  return {
    name,
    title,
    summary,
    reads: connector.source !== undefined,
    tells: connector.notifier !== undefined,
    collections: collections.map((one) => ({ name: one.name, title: one.title })),
    settings,
    consent: await consentInfo(context, connector),
  };
}

/** Connectors, and the workspaces connected through them. */
export function connectionRoutes(context: AppContext): readonly Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/api/connectors",
      topic,
      summary: "What can be connected, and what it asks for",
      answer: z.strictObject({ connectors: z.array(ConnectorAnswer) }),
      run: async () => ({
        connectors: await Promise.all(
          context.registry.connectors.map((one) => describeConnector(context, one)),
        ),
      }),
    }),
    defineRoute({
      method: "get",
      path: "/api/connections",
      topic,
      summary: "All connections with health, freshness, counts and progress",
      answer: z.strictObject({ connections: z.array(ConnectionAnswer) }),
      run: async () => ({ connections: await readConnections(context) }),
    }),
    defineRoute({
      method: "post",
      path: "/api/connections",
      topic,
      summary: "Connect a workspace: it is tried first, and stored only when that succeeds",
      body: NewConnection,
      status: 201,
      answer: ConnectionDetail,
      refusals: ["entity.conflict", ...probeRefusals],
      run: async ({ body }) => readConnection(context, (await connect(context, body)).id),
    }),
    defineRoute({
      method: "get",
      path: "/api/connections/{id}",
      topic,
      summary: "One connection, with the records that it could not understand",
      params,
      answer: ConnectionDetail,
      refusals: ["entity.not-found"],
      run: ({ params }) => readConnection(context, params.id),
    }),
    defineRoute({
      method: "patch",
      path: "/api/connections/{id}",
      topic,
      summary: "Rename, or change settings and secrets; tried before they are stored",
      params,
      body: ConnectionChange,
      answer: ConnectionDetail,
      refusals: ["entity.not-found", "entity.conflict", ...probeRefusals],
      run: async ({ params, body }) => {
        await changeConnection(context, params.id, body);
        return readConnection(context, params.id);
      },
    }),
    ...verbRoutes(context),
  ];
}

interface Verb {
  readonly summary: string;
  /** Returns the connection that stands afterwards, where that is another one. */
  readonly run: (context: AppContext, id: ConnectionId) => Promise<ConnectionId | void>;
}

const verbs = {
  start: {
    summary: "End the setting up of a draft: everything is read from now on",
    run: async (context: AppContext, id: ConnectionId) => void (await startDraft(context, id)),
  },
  backfill: { summary: "Read everything again, from the beginning", run: backfill },
  "cancel-backfill": {
    summary:
      "Give up reading everything: polling goes on from where it stood before. A first reading is " +
      "undone: what was read is removed, and the answer is the draft that takes its place",
    run: cancelBackfill,
  },
  pause: { summary: "Stop reading; what is known stays, and grows stale", run: pauseConnection },
  resume: { summary: "Go on reading from where it stood", run: resumeConnection },
} as const satisfies Record<string, Verb>;
type ConnectionVerb = keyof typeof verbs;

export function connectionVerb(name: string): Verb | undefined {
  return Object.hasOwn(verbs, name) ? verbs[name as ConnectionVerb] : undefined;
}

function verbRoutes(context: AppContext): readonly Route[] {
  const routes = Object.entries<Verb>(verbs).map(([name, verb]) =>
    defineRoute({
      method: "post",
      path: `/api/connections/{id}/${name}`,
      topic,
      summary: verb.summary,
      params,
      status: 202,
      answer: ConnectionDetail,
      refusals: ["entity.not-found", "entity.conflict", "input.invalid"],
      run: async ({ params }) => {
        const stands = await verb.run(context, params.id);
        return readConnection(context, stands ?? params.id);
      },
    }),
  );
  const remove = defineRoute({
    method: "delete",
    path: "/api/connections/{id}",
    topic,
    summary: "Remove the connection with all that was read through it",
    params,
    status: 202,
    answer: ConnectionDetail,
    refusals: ["entity.not-found"],
    run: async ({ params }) => {
      await removeConnection(context, params.id);
      return readConnection(context, params.id);
    },
  });
  return [...routes, ...requestRoutes(context), remove];
}

/** Verbs that are told what they are for. */
function requestRoutes(context: AppContext): readonly Route[] {
  return [
    defineRoute({
      method: "post",
      path: "/api/connections/{id}/reconcile",
      topic,
      summary: "Look for what was missed or deleted",
      params,
      body: ReconcileRequest,
      status: 202,
      answer: ConnectionDetail,
      refusals: ["entity.not-found", "entity.conflict"],
      run: async ({ params, body }) => {
        await reconcileConnection(context, params.id, body);
        return readConnection(context, params.id);
      },
    }),
    defineRoute({
      method: "post",
      path: "/api/connections/{id}/quarantine/retry",
      topic,
      summary: "Read again the records that could not be understood",
      params,
      body: z.strictObject({
        collection: z.string().optional().meta({ description: "Only its records; absent: all" }),
      }),
      status: 202,
      answer: ConnectionDetail,
      refusals: ["entity.not-found", "entity.conflict"],
      run: async ({ params, body }) => {
        await retryQuarantine(context, params.id, body.collection);
        return readConnection(context, params.id);
      },
    }),
  ];
}
