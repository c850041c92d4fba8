import type { DynamoDBRecord, EventBridgeEvent, SQSEvent } from "aws-lambda";

import { createHandler as createAlert } from "#functions/alert/handler.ts";
import { createHandler as createDetect } from "#functions/detect/handler.ts";
import { DeliveryTally } from "#functions/ingest/delivery-tally.ts";
import { createHandler as createIngest } from "#functions/ingest/handler.ts";
import { createHandler as createNotify } from "#functions/notify/handler.ts";
import { createHandler as createRelay } from "#functions/relay/handler.ts";
import { createHandler as createSweep } from "#functions/sweep/handler.ts";
import { HubError } from "#shared/errors.ts";
import type { Connector } from "#shared/kit/connector.ts";
import { Registry } from "#shared/kit/registry.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { EventBus } from "#shared/ports/event-bus.ts";
import type { Logger } from "#shared/ports/logger.ts";
import type { Queue } from "#shared/ports/queue.ts";
import type { ItemChange, Table } from "#shared/ports/table.ts";
import { rules } from "#shared/rules/index.ts";
import { OrgReader } from "#shared/store/org-reader.ts";
import { testNotifierContext } from "#shared/testing/notifier-context.ts";

import { MemorySecrets } from "../../rig/tool-hub.ts";
import type { Crashes, Process } from "./crashes.ts";
import type { Outside } from "./products.ts";

/** What the functions of one hub stand on. */
export interface Ground {
  readonly table: Table;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly crashes: Crashes;
  readonly inbox: Queue;
  readonly bus: EventBus;
  readonly connectors: (outside: Outside) => readonly Connector[];
}

/** The events that a function gets from its host. */
interface Events {
  ingest: SQSEvent;
  detect: { readonly Records: DynamoDBRecord[] };
  relay: { readonly Records: DynamoDBRecord[] };
  alert: EventBridgeEvent<string, unknown>;
  notify: EventBridgeEvent<string, unknown> | { readonly schedule: true };
  sweep: undefined;
}
export type FunctionName = keyof Events;
type Handlers = { readonly [F in FunctionName]: (event: Events[F]) => Promise<unknown> };

interface Running {
  readonly process: Process;
  readonly handlers: Handlers;
}

/** Pulls are not part of the day. */
const nowhere: Queue = { send: async () => undefined };
/** Records are handed over decoded: the encoding has its own tests. */
const readRecord = (record: unknown) => record as ItemChange;

/** The functions, each in a process of its own, which is a new one after it died. */
export class Functions {
  readonly #ground: Ground;
  readonly #running = new Map<FunctionName, Running>();

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  /**
   * One invocation. Gives the function's answer; undefined where it threw, or died before its host
   * heard of its end.
   */
  async invoke<F extends FunctionName>(
    name: F,
    event: Events[F],
  ): Promise<{ readonly answer: unknown } | undefined> {
    const { process, handlers } = this.#running.get(name) ?? this.#start(name);
    try {
      const answer = await handlers[name](event);
      return { answer: await this.#ground.crashes.pass(process, "ack", async () => answer) };
    } catch (error) {
      if (!process.isDead && !(error instanceof HubError)) throw error;
      return undefined;
    } finally {
      if (process.isDead) this.#running.delete(name);
    }
  }

  #start(name: FunctionName): Running {
    const process: Process = { name, isDead: false };
    const running = { process, handlers: this.#handlersOf(process) };
    this.#running.set(name, running);
    return running;
  }

  #handlersOf(process: Process): Handlers {
    const { crashes, clock, logger, inbox, bus } = this.#ground;
    const table = crashes.table(process, this.#ground.table);
    const outside: Outside = (kind, call) => crashes.pass(process, kind, call);
    const registry = new Registry(this.#ground.connectors(outside));
    const base = {
      table,
      clock,
      logger,
      registry,
      secrets: new MemorySecrets(),
      rules,
      readRecord,
    };
    const { isSource, providesGoals } = registry;
    const tally = new DeliveryTally(table, clock);
    const random = (length: number) => "0".repeat(length);
    const publish: EventBus["publish"] = async (events) => {
      // PutEvents takes ten at a time: a process may die between two of them.
      for (let at = 0; at < events.length; at += 10) {
        await crashes.pass(process, "bus", () => bus.publish(events.slice(at, at + 10)));
      }
    };
    const orgReader = new OrgReader(table, clock);
    return {
      ingest: createIngest({ ...base, inbox, random, tally }),
      detect: createDetect({ ...base, isSource, providesGoals, orgReader }),
      relay: createRelay({ ...base, bus: { publish } }),
      alert: createAlert(base),
      notify: createNotify({
        ...base,
        ...testNotifierContext,
        clock,
        random,
        orgReader,
        publicUrl: "https://hub.example",
      }),
      sweep: createSweep({ ...base, pulls: nowhere }),
    };
  }
}
