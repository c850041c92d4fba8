import type { PullDeps } from "#functions/pull/deps.ts";
import { Registry, secretName } from "#shared/kit/registry.ts";
import type { Connection, Cursor } from "#shared/model/connection.ts";
import type { PullMessage } from "#shared/model/pull.ts";
import type { Queue } from "#shared/ports/queue.ts";
import type { SecretValues, Secrets } from "#shared/ports/secrets.ts";
import type { Unversioned } from "#shared/store/documents.ts";
import { createDocument, getDocument, updateDocument } from "#shared/store/documents.ts";
import { cursorKey } from "#shared/store/keys.ts";
import { cursorSpec } from "#shared/store/specs.ts";
import { workConnection } from "#shared/testing/facts.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";

import { FakeTool } from "./fake-connector.ts";
import { MemoryHub } from "./memory-hub.ts";

/** Secrets in memory. */
export class MemorySecrets implements Secrets {
  readonly values = new Map<string, SecretValues>();

  async read(name: string): Promise<SecretValues | undefined> {
    return this.values.get(name);
  }

  async write(name: string, values: SecretValues): Promise<void> {
    this.values.set(name, values);
  }

  async merge(name: string, values: SecretValues): Promise<void> {
    this.values.set(name, { ...this.values.get(name), ...values });
  }

  async remove(name: string): Promise<void> {
    this.values.delete(name);
  }
}

/** A queue that only remembers what was sent. */
export class MemoryQueue implements Queue {
  readonly sent: { readonly body: string; readonly delaySeconds: number }[] = [];

  async send(body: string, options: { readonly delaySeconds?: number } = {}): Promise<void> {
    this.sent.push({ body, delaySeconds: options.delaySeconds ?? 0 });
  }
}

/** A hub with one connection to a fake tool, not yet read. */
export class ToolHub {
  readonly hub = new MemoryHub();
  readonly tool = new FakeTool();
  readonly secrets = new MemorySecrets();
  readonly pulls = new MemoryQueue();
  readonly deps: PullDeps;

  constructor() {
    let count = 0;
    this.deps = {
      table: this.hub.table,
      clock: this.hub.clock,
      logger: createSilentLogger(this.hub.logs),
      secrets: this.secrets,
      registry: new Registry([this.tool.connector]),
      pulls: this.pulls,
      publicUrl: "https://hub.example",
      random: (length) => String((count += 1)).padStart(length, "0"),
    };
  }

  static async connected(given: Partial<Connection> = {}): Promise<ToolHub> {
    const self = new ToolHub();
    await self.secrets.write(secretName(workConnection), { token: "t", webhookSecret: "shared" });
    await self.hub.connect(workConnection, { settings: { site: "here" }, ...given });
    await createDocument(self.hub.table, cursorSpec, self.#cursor());
    return self;
  }

  #cursor(): Cursor {
    const now = this.hub.clock.now();
    return {
      type: "cursor",
      connectionId: workConnection,
      collection: "things",
      mode: "backfill",
      state: "waiting",
      recordsRead: 0,
      changesApplied: 0,
      recordsRejected: 0,
      updatedAt: now,
      dueAt: now,
      revision: 0,
    };
  }

  /** The connector as the tool describes it now. */
  renewRegistry(): void {
    Object.assign(this.deps, { registry: new Registry([this.tool.connector]) });
  }

  /** The next pull reads everything. */
  async startOver(): Promise<void> {
    const key = cursorKey(workConnection, "things", "pull");
    const fromTheStart = ({ position: _position, ...cursor }: Cursor): Unversioned<Cursor> => {
      return { ...cursor, mode: "backfill", state: "waiting" };
    };
    await updateDocument(this.hub.table, cursorSpec, key, fromTheStart);
  }

  async cursor(lane: "pull" | "reconcile" = "pull"): Promise<Cursor | undefined> {
    return getDocument(this.hub.table, cursorSpec, cursorKey(workConnection, "things", lane));
  }

  readonly pullThings: PullMessage = {
    kind: "pull",
    connectionId: workConnection,
    collection: "things",
  };
  readonly reconcileThings: Extract<PullMessage, { kind: "reconcile" }> = {
    kind: "reconcile",
    connectionId: workConnection,
    collection: "things",
  };
}
