import { Hono } from "hono";

import type { Clock } from "#shared/ports/clock.ts";
import { controlRoutes } from "#shared/testing/simulator/control.ts";
import { Faults } from "#shared/testing/simulator/faults.ts";
import { Journal } from "#shared/testing/simulator/journal.ts";
import { Operations } from "#shared/testing/simulator/operations.ts";
import { requestFaults } from "#shared/testing/simulator/request-faults.ts";
import { serveSimulator } from "#shared/testing/simulator/serve.ts";
import type { ServedSimulator } from "#shared/testing/simulator/serve.ts";
import type { DeliveryRecord } from "#shared/testing/simulator/webhook-sender.ts";

import { dayOf, isDue } from "./dated-rows.ts";
import type { BambooEffect } from "./employee-operations.ts";
import { employeeRoutes } from "./employee-routes.ts";
import { keyCheck } from "./key-check.ts";
import { oauthRoutes } from "./oauth-routes.ts";
import { BambooOperation, applyOperation } from "./operations.ts";
import { pageRoutes } from "./pages.ts";
import type { BambooSeedInput } from "./seed.ts";
import { BambooState } from "./state.ts";
import { WebhookDelivery } from "./webhook-delivery.ts";
import { webhookRoutes } from "./webhook-routes.ts";

interface BambooSimulatorOptions {
  readonly seed: BambooSeedInput;
  readonly clock: Clock;
  /** 0, the default, takes a free port. */
  readonly port?: number;
  /** File of what changed since the seed: with it, a restart continues where it was. */
  readonly journalPath?: string;
  /** Multiplies the waits between webhook retries. */
  readonly timeScale?: number;
}

export interface BambooSimulator extends ServedSimulator {
  /** What a connection's `baseUrl` must be: `http://127.0.0.1:43017/api`. */
  readonly apiUrl: string;
  readonly state: BambooState;
  readonly faults: Faults;
  /** Lets dated rows take effect whose day has come; asking the simulator does the same. */
  turnDay(): void;
  /** Performs an operation, sends its webhooks, answers the id it made or changed. */
  perform(operation: unknown): { readonly id: string };
  deliveries(): readonly DeliveryRecord[];
  /** Resolves when no webhook is waiting or under way. */
  settle(): Promise<void>;
}

/** Starts a BambooHR company with the given content on 127.0.0.1. */
export async function startBambooSimulator(
  options: BambooSimulatorOptions,
): Promise<BambooSimulator> {
  const { clock } = options;
  const state = new BambooState(options.seed);
  const faults = new Faults();
  const timeScale = options.timeScale ?? 1;
  const delivery = new WebhookDelivery({ state, clock, faults, timeScale });
  const operations = new Operations<BambooOperation, BambooEffect>({
    schema: BambooOperation,
    clock,
    journal: new Journal(options.journalPath),
    apply: (operation, at) => applyOperation(state, operation, at),
    emit: ({ events }) => delivery.events(events),
  });
  operations.replay();
  const perform = (operation: unknown) => ({ id: operations.perform(operation).id });

  const turnDay = () => turn(state, clock, perform);
  turnDay();

  const app = new Hono();
  const control = { faults, sender: delivery.sender, perform, state: () => state.toJson() };
  app.route("/", controlRoutes(control));
  app.use(
    requestFaults({
      faults,
      clock,
      renderStatus: (status) => ({
        body: "",
        ...(status === 503 && { headers: { "retry-after": "5" } }),
      }),
    }),
  );
  app.use(async (_c, next) => {
    turnDay();
    await next();
  });
  app.route("/", oauthRoutes(state, perform));
  app.use("/api/*", keyCheck(state, clock));
  app.route("/api/v1", employeeRoutes(state));
  app.route("/api/v1", webhookRoutes(state, perform));
  app.route("/", pageRoutes(state, perform));

  const served = await serveSimulator({
    app,
    ...(options.port !== undefined && { port: options.port }),
  });
  return {
    ...served,
    apiUrl: `${served.url}/api`,
    state,
    faults,
    perform,
    turnDay,
    deliveries: () => delivery.sender.deliveries(),
    settle: () => delivery.sender.settle(),
    close: async () => {
      await delivery.sender.stop();
      await served.close();
    },
  };
}

/** Dated rows take effect on their day: seen by whoever asks first on it. */
function turn(state: BambooState, clock: Clock, perform: (operation: unknown) => unknown): void {
  const day = dayOf(clock.now());
  if (day <= state.turnedTo) return;
  state.turnedTo = day;
  const isAnybodyDue = [...state.employees.values()].some((one) => isDue(one, day));
  if (isAnybodyDue) perform({ kind: "turnDay", day });
}
