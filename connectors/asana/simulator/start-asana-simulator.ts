import type { Clock } from "#shared/ports/clock.ts";
import { Faults } from "#shared/testing/simulator/faults.ts";
import { Journal } from "#shared/testing/simulator/journal.ts";
import { Operations } from "#shared/testing/simulator/operations.ts";
import { type ServedSimulator, serveSimulator } from "#shared/testing/simulator/serve.ts";
import type { DeliveryRecord } from "#shared/testing/simulator/webhook-sender.ts";

import { Answers } from "./answers.ts";
import { apiPath } from "./api.ts";
import { contentOf } from "./content.ts";
import { AsanaCommand, type AsanaEffect, applyOperation } from "./operations.ts";
import { Records } from "./records.ts";
import { type AsanaLimits, RequestLimits } from "./request-limits.ts";
import { type AsanaStatistics, RequestStatistics } from "./request-statistics.ts";
import type { AsanaSeed } from "./seed.ts";
import { simulatorApp } from "./simulator-app.ts";
import { AsanaState } from "./state.ts";
import { currentViewer } from "./viewer.ts";
import { WebhookDelivery } from "./webhook-delivery.ts";

export interface AsanaSimulatorOptions {
  readonly seed: AsanaSeed;
  readonly clock: Clock;
  /** 0, the default, takes a free port. */
  readonly port?: number;
  /** File of what changed since the seed: with it, a restart continues where it was. */
  readonly journalPath?: string;
  /** How long a paging offset is good. Asana does not say; minutes by experience. */
  readonly offsetLifeMs?: number;
  /** The most rows of a page and events of a call, whatever is asked for. Default: none. */
  readonly pageRowsMax?: number;
  /** Multiplies the waits between webhook retries. */
  readonly timeScale?: number;
  /** None by default; `paidPlanLimits` are Asana's own. */
  readonly limits?: AsanaLimits;
  /** How long each answer of the API takes, on the clock. Default 0. */
  readonly latencyMs?: number;
  /** How long search does not see a change. Asana says 10 to 60 seconds; default 10. */
  readonly searchLagMs?: number;
  /** How many webhooks an object may have. Default 1000, as Asana has it. */
  readonly webhooksPerResource?: number;
}

export interface AsanaSimulator extends ServedSimulator {
  /** What a connection's `baseUrl` must be: `http://127.0.0.1:43017/api/1.0`. */
  readonly apiUrl: string;
  readonly state: AsanaState;
  readonly faults: Faults;
  /** Performs an operation, sends its webhooks, answers the gid it made or changed. */
  readonly perform: (operation: unknown) => { readonly gid: string };
  /** What was asked of the API since the start, or since `resetStatistics`. */
  readonly statistics: () => AsanaStatistics;
  readonly resetStatistics: () => void;
  readonly setLimits: (limits: AsanaLimits) => void;
  /** What people put in, as text without moments of change, to compare before and after. */
  readonly content: () => string;
  readonly deliveries: () => readonly DeliveryRecord[];
  /** Resolves when no webhook is waiting or under way. */
  readonly settle: () => Promise<void>;
}

const defaultOffsetLifeMs = 15 * 60_000;

/** Starts an Asana with the given content on 127.0.0.1. */
export async function startAsanaSimulator(options: AsanaSimulatorOptions): Promise<AsanaSimulator> {
  const { clock } = options;
  const state = new AsanaState(options.seed);
  const faults = new Faults();
  let url = "";
  const records = new Records(state, () => url);
  const deliver = new WebhookDelivery({
    state,
    clock,
    faults,
    timeScale: options.timeScale ?? 1,
    onDead: (gid) => perform({ kind: "deleteWebhook", gid }),
  });
  const perform = performer(options, state, deliver);
  const limits = new RequestLimits(clock, options.limits ?? {});
  const statistics = new RequestStatistics();
  const answers = new Answers(records, clock, {
    lifeMs: options.offsetLifeMs ?? defaultOffsetLifeMs,
    lives: state.offsets,
    rowsMax: options.pageRowsMax ?? Number.POSITIVE_INFINITY,
  });
  state.offsets.beforeUse = () => {
    if (faults.takeForCursor("page")) perform({ kind: "expireOffsets" });
  };
  state.log.beforeUse = () => {
    if (faults.takeForCursor("events")) perform({ kind: "forgetEvents" });
  };
  const { latencyMs = 0, searchLagMs = 10_000, webhooksPerResource = 1000 } = options;
  const costs = { limits, statistics, latencyMs, searchLagMs, webhooksPerResource };
  const app = simulatorApp(
    { state, answers, clock, deliver, perform, ...costs },
    { faults, records },
  );
  const { port } = options;
  const served = await serveSimulator({ app, ...(port === undefined ? {} : { port }) });
  ({ url } = served);
  const stopping = new AbortController();
  const beating = deliver.beat(stopping.signal);
  return {
    ...served,
    apiUrl: `${served.url}${apiPath}`,
    state,
    faults,
    perform,
    statistics: () => statistics.report(limits.underWayMax),
    resetStatistics: () => statistics.reset(),
    setLimits: (changed) => limits.set(changed),
    content: () => contentOf(state),
    deliveries: () => deliver.sender.deliveries(),
    settle: () => deliver.sender.settle(),
    close: async () => {
      stopping.abort();
      await deliver.sender.stop();
      await beating;
      await served.close();
    },
  };
}

/** What performs operations, after those of the journal. */
function performer(
  { clock, journalPath }: AsanaSimulatorOptions,
  state: AsanaState,
  deliver: WebhookDelivery,
): AsanaSimulator["perform"] {
  const operations = new Operations<AsanaCommand, AsanaEffect>({
    schema: AsanaCommand,
    clock,
    journal: new Journal(journalPath),
    apply: (operation, at) => applyOperation(state, operation, at),
    emit: ({ events }) => deliver.events(events),
  });
  operations.replay();
  // Every operation answers a gid.
  return (input) => operations.perform(signed(input)).result as { readonly gid: string };
}

/** Who asked through the API did what is done; the journal keeps it. */
function signed(input: unknown): unknown {
  const viewer = currentViewer();
  return viewer && typeof input === "object" ? { by: viewer.user, ...input } : input;
}
