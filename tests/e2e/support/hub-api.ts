import * as z from "zod";

import { AlertAnswer, AlertDetail } from "#functions/app/alerts/alert-answers.ts";
import {
  ConnectionAnswer,
  ConnectionDetail,
} from "#functions/app/connections/connection-answers.ts";
import { CoverageAnswer } from "#functions/app/coverage/coverage.ts";
import { WorkItemDetail } from "#functions/app/work-items/read-work-item.ts";
import { WorkItemAnswer } from "#functions/app/work-items/work-answers.ts";
import { wallClock } from "#shared/testing/simulator/wall-clock.ts";

import { until } from "./until.ts";

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

const Alerts = z.looseObject({
  total: z.int(),
  alerts: z.array(AlertAnswer),
  next: z.string().optional(),
});
const Items = z.looseObject({
  asOf: z.string(),
  items: z.array(WorkItemAnswer),
  next: z.string().optional(),
});

const Health = z.looseObject({
  host: z.looseObject({
    functions: z.record(
      z.string(),
      z.looseObject({ invocations: z.int(), inFlight: z.int(), failures: z.int() }),
    ),
  }),
});
/** How long nothing may happen until the hub counts as quiet: no batch is that long on its way. */
const quietMs = 600;

/** The hub's API as a program uses it; every answer is checked against what the API says of itself. */
export class HubApi {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  async connections(): Promise<readonly z.output<typeof ConnectionAnswer>[]> {
    const Answer = z.object({ connections: z.array(ConnectionAnswer) });
    return Answer.parse(await this.json("/api/connections")).connections;
  }

  async connection(connector: string): Promise<z.output<typeof ConnectionAnswer>> {
    const found = (await this.connections()).find((one) => one.connector === connector);
    if (found === undefined) throw new Error(`no connection of ${connector}`);
    return found;
  }

  async connectionDetail(id: string): Promise<z.output<typeof ConnectionDetail>> {
    return ConnectionDetail.parse(await this.json(`/api/connections/${id}`));
  }

  /** All alerts that fit, over all pages. */
  async alerts(
    query: Readonly<Record<string, string>> = {},
  ): Promise<readonly z.output<typeof AlertAnswer>[]> {
    const found: z.output<typeof AlertAnswer>[] = [];
    let after: string | undefined;
    do {
      const page = new URLSearchParams({ ...query, limit: "200", ...(after && { after }) });
      const answer = Alerts.parse(await this.json(`/api/alerts?${page.toString()}`));
      found.push(...answer.alerts);
      after = answer.next;
    } while (after !== undefined);
    return found;
  }

  /** Undefined while there is no such alert. */
  async alert(id: string): Promise<z.output<typeof AlertDetail> | undefined> {
    const { status, text } = await this.request("GET", `/api/alerts/${encodeURIComponent(id)}`);
    if (status === 404) return undefined;
    if (status !== 200) throw new Error(`${status} for alert ${id}: ${text}`);
    return AlertDetail.parse(JSON.parse(text));
  }

  /** By a picture of the graph that was taken after this call. */
  async openSignalIds(): Promise<readonly string[]> {
    const Answer = z.looseObject({
      asOf: z.string(),
      signals: z.array(z.looseObject({ id: z.string() })),
      next: z.string().optional(),
    });
    const since = wallClock.now();
    return until(
      "signals of now",
      async () => {
        const answer = Answer.parse(await this.json("/api/signals?limit=200"));
        if (answer.next !== undefined) throw new Error("more signals than a page holds");
        return answer.asOf > since && answer.signals.map(({ id }) => id);
      },
      { withinMs: 90_000, everyMs: 250 },
    );
  }

  /** All work that fits, by one picture of the graph or the next: lists may be some seconds old. */
  async workItems(
    query: Readonly<Record<string, string>>,
  ): Promise<readonly z.output<typeof WorkItemAnswer>[]> {
    return (await this.#workItemsAsOf(query)).items;
  }

  /** The same by a picture that was taken after this call. On a busy machine that takes its time. */
  async workItemsOfNow(
    query: Readonly<Record<string, string>>,
  ): Promise<readonly z.output<typeof WorkItemAnswer>[]> {
    const since = wallClock.now();
    return until(
      "work items of now",
      async () => {
        const { asOf, items } = await this.#workItemsAsOf(query);
        return asOf > since && items;
      },
      { withinMs: 90_000, everyMs: 500 },
    );
  }

  async #workItemsAsOf(query: Readonly<Record<string, string>>) {
    const items: z.output<typeof WorkItemAnswer>[] = [];
    let asOf: string | undefined;
    let after: string | undefined;
    do {
      const page = new URLSearchParams({ ...query, limit: "200", ...(after && { after }) });
      const answer = Items.parse(await this.json(`/api/work-items?${page.toString()}`));
      items.push(...answer.items);
      asOf ??= answer.asOf;
      after = answer.next;
    } while (after !== undefined);
    return { asOf, items };
  }

  async workItem(id: string): Promise<z.output<typeof WorkItemDetail>> {
    return WorkItemDetail.parse(await this.json(`/api/work-items/${encodeURIComponent(id)}`));
  }

  async coverage(): Promise<z.output<typeof CoverageAnswer>> {
    return CoverageAnswer.parse(await this.json("/api/coverage"));
  }

  /** How deliveries to a connection ended, over all days; to unknown connections without an id. */
  async deliveryCounts(connectionId?: string): Promise<Readonly<Record<string, number>>> {
    const { deliveries, unknownDeliveries } = await this.coverage();
    const days =
      connectionId === undefined
        ? unknownDeliveries
        : (deliveries.find((one) => one.connectionId === connectionId)?.days ?? []);
    const sums: Record<string, number> = {};
    for (const { counts } of days) {
      for (const [outcome, count] of Object.entries(counts)) {
        sums[outcome] = (sums[outcome] ?? 0) + count;
      }
    }
    return sums;
  }

  /** How often each function was run, and how many runs are under way. */
  async functions(): Promise<z.output<typeof Health>["host"]["functions"]> {
    return Health.parse(await this.json("/api/health")).host.functions;
  }

  /**
   * Resolves when no message waits and no function but this API has run for a while. Rejects with the
   * queues in which something waits, the functions under way, and how often each has run.
   */
  async quiet(withinMs = 60_000): Promise<void> {
    let last = "";
    let sinceMs = performance.now();
    await until(
      "the hub is quiet",
      async () => {
        const { waiting, inFlight, invocations } = await this.#stir();
        const isBusy = Object.keys({ ...waiting, ...inFlight }).length > 0;
        const seen = JSON.stringify(invocations);
        if (isBusy || seen !== last) sinceMs = performance.now();
        last = seen;
        return performance.now() - sinceMs > quietMs;
      },
      { withinMs, everyMs: 100, seen: () => this.#stir() },
    );
  }

  /** What goes on, by name: messages that wait in queues, runs under way, runs so far. No zeros. */
  async #stir() {
    const { queues } = await this.coverage();
    const { app: _app, ...functions } = await this.functions();
    const counts = (of: "inFlight" | "invocations" | "failures") =>
      named(Object.entries(functions).map(([name, stats]) => [name, stats[of]]));
    return {
      waiting: named(queues.map(({ name, waiting }) => [name, waiting])),
      inFlight: counts("inFlight"),
      invocations: counts("invocations"),
      failures: counts("failures"),
      dead: named(queues.map(({ name, dead }) => [name, dead])),
    };
  }

  async post(path: string, body: unknown = {}): Promise<unknown> {
    return this.#expectOk("POST", path, body);
  }

  async put(path: string, body: unknown): Promise<unknown> {
    return this.#expectOk("PUT", path, body);
  }

  async json(path: string): Promise<unknown> {
    return this.#expectOk("GET", path);
  }

  /** Any request, refused or not. */
  async request(method: string, path: string, body?: unknown): Promise<HttpAnswer> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, text: await response.text() };
  }

  async #expectOk(method: string, path: string, body?: unknown): Promise<unknown> {
    const { status, text } = await this.request(method, path, body);
    if (status >= 400) throw new Error(`${status} for ${method} ${path}: ${text}`);
    return JSON.parse(text);
  }
}

function named(counts: readonly (readonly [name: string, count: number])[]) {
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}
