import { randomUUID } from "node:crypto";

import { createHandler } from "#functions/scim/handler.ts";
import { startHttp } from "#infra/local/http.ts";
import { Invoker } from "#infra/local/invoker.ts";
import { routesOf } from "#infra/local/wiring.ts";
import { topology } from "#infra/topology.ts";
import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { randomText } from "#shared/adapters/random-text.ts";
import type { Connection } from "#shared/model/connection.ts";
import { connectionId } from "#shared/model/ids.ts";
import type { Queue } from "#shared/ports/queue.ts";
import type { Table } from "#shared/ports/table.ts";
import { createDocument } from "#shared/store/documents.ts";
import { KeptRecordStore } from "#shared/store/kept-records.ts";
import { keepSendingToken } from "#shared/store/sending-tokens.ts";
import { connectionSpec } from "#shared/store/specs.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";
import type { LogLine } from "#shared/testing/silent-logger.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";

export interface ScimAnswered {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; undefined for an empty body. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
}

export const scimConnection = connectionId("0123456789");

/** The SCIM function on the local host's own HTTP server and routes, over a table in memory. */
export class ScimRig {
  readonly clock: ManualClock;
  readonly table: Table;
  readonly logs: LogLine[] = [];
  readonly announced: { readonly users: readonly string[]; readonly groups: readonly string[] }[] =
    [];
  readonly token = `token-${randomUUID()}`;
  /** Throws while it is set, as a queue does that cannot be reached. */
  isInboxDown = false;
  url = "";
  #close: () => Promise<void> = async () => undefined;

  private constructor(clock: ManualClock, wrap: (table: Table) => Table) {
    this.clock = clock;
    this.table = wrap(createMemoryTable());
  }

  static async start(
    clock = new ManualClock("2026-11-21T08:00:00.000Z"),
    wrap: (table: Table) => Table = (table) => table,
  ): Promise<ScimRig> {
    const rig = new ScimRig(clock, wrap);
    await rig.#start();
    return rig;
  }

  get kept(): KeptRecordStore {
    return new KeptRecordStore(this, scimConnection);
  }

  async #start(): Promise<void> {
    const logger = createSilentLogger(this.logs);
    const { clock, table } = this;
    const { scim } = topology.functions;
    const inbox: Queue = {
      send: async (body) => {
        if (this.isInboxDown) throw new Error("down");
        // Written by the function under test; a wrong form fails whatever looks at it.
        const message = JSON.parse(body) as { body: { text: string } };
        this.announced.push(JSON.parse(message.body.text) as (typeof this.announced)[number]);
      },
    };
    const deps = { table, clock, logger, inbox, random: randomText, publicUrl: "https://hub.test" };
    const handlers = { scim: createHandler(deps) };
    const invoker = new Invoker({ functions: { scim }, handlers, clock, logger });
    const functions = { scim };
    const server = await startHttp({
      port: 0,
      clock,
      logger,
      routes: routesOf({ ...topology, functions }),
      invoke: (name, event) => invoker.invoke(name, event),
    });
    this.url = `http://127.0.0.1:${server.port}/scim/v2`;
    this.#close = async () => {
      await server.stop();
      server.destroy();
      invoker.close();
    };
    await createDocument(table, connectionSpec, this.#connection());
    await keepSendingToken(this, { connectionId: scimConnection, id: "first", token: this.token });
  }

  #connection(): Connection {
    const now = this.clock.now();
    return {
      type: "connection",
      id: scimConnection,
      connector: "scim",
      name: "Directory",
      settings: {},
      status: "active",
      createdAt: now,
      updatedAt: now,
      revision: 0,
    };
  }

  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<ScimAnswered> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body !== undefined && { "content-type": "application/scim+json" }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed = text === "" ? undefined : (JSON.parse(text) as ScimAnswered["body"]);
    return { status: response.status, headers: response.headers, body: parsed };
  }

  /** Creates a user and gives its id. */
  async user(userName: string, given: Readonly<Record<string, unknown>> = {}): Promise<string> {
    return this.#create("/Users", { schemas: [userUrn, enterpriseUrn], userName, ...given });
  }

  async group(displayName: string, members: readonly string[] = []): Promise<string> {
    const values = members.map((value) => ({ value }));
    return this.#create("/Groups", { schemas: [groupUrn], displayName, members: values });
  }

  async #create(path: string, resource: Readonly<Record<string, unknown>>): Promise<string> {
    const { status, body } = await this.send("POST", path, resource);
    if (status !== 201) throw new Error(`${path} answered ${status}: ${JSON.stringify(body)}`);
    return String(body?.["id"]);
  }

  patch(path: string, ...operations: readonly Readonly<Record<string, unknown>>[]) {
    return this.send("PATCH", path, { schemas: [patchUrn], Operations: operations });
  }

  async close(): Promise<void> {
    await this.#close();
  }
}

export const userUrn = "urn:ietf:params:scim:schemas:core:2.0:User";
export const groupUrn = "urn:ietf:params:scim:schemas:core:2.0:Group";
export const enterpriseUrn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
export const patchUrn = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
