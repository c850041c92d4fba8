import { serve } from "@hono/node-server";

import type { AsanaSimulator } from "#connectors/asana/simulator/start-asana-simulator.ts";
import { startAsanaSimulator } from "#connectors/asana/simulator/start-asana-simulator.ts";
import { connectors } from "#connectors/index.ts";
import { jiraOAuth } from "#connectors/jira/oauth.ts";
import type { JiraSimulator } from "#connectors/jira/simulator/server.ts";
import { startJiraSimulator } from "#connectors/jira/simulator/server.ts";
import { createApp } from "#functions/app/app.ts";
import { pull } from "#functions/pull/pull.ts";
import { createCompany } from "#infra/local/sample/create-company.ts";
import { toAsanaSeed } from "#infra/local/sample/to-asana-seed.ts";
import { toJiraSeed } from "#infra/local/sample/to-jira-seed.ts";
import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { randomText } from "#shared/adapters/random-text.ts";
import { Registry } from "#shared/kit/registry.ts";
import { PullMessage } from "#shared/model/pull.ts";
import type { Queue } from "#shared/ports/queue.ts";
import { rules } from "#shared/rules/index.ts";
import { MemoryEventRules } from "#shared/testing/memory-event-rules.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";

import { MemoryHub } from "../rig/memory-hub.ts";
import { MemorySecrets } from "../rig/tool-hub.ts";

/*
 * An empty hub in memory that really reads, beside the simulated Jira and Asana of the sample
 * company: for connecting them by hand, or in a browser test, with nothing but the pages.
 *
 *   node tests/browser/tools-server.ts [port]
 */

export const jiraApp = { clientId: "throughline-hub", clientSecret: "simulated-app-secret" };

export interface ToolsServer {
  readonly url: string;
  readonly jira: JiraSimulator;
  readonly asana: AsanaSimulator;
  /** Lets the reading of a collection wait for what is returned to be called, and all after it. */
  readonly hold: (collection: string) => () => void;
  /** Resolves when nothing is being read any more. */
  readonly settle: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const tickMs = 100;

export async function startTools(port: number): Promise<ToolsServer> {
  const hub = new MemoryHub();
  for (const { name } of rules) await hub.setRule(name);
  // The hub's clock and the tools' is one, and goes as ours does.
  const ticking = setInterval(() => hub.clock.advance(tickMs), tickMs);
  const company = createCompany({ seed: 7, asOf: hub.clock.now() });
  const { seed, places } = toAsanaSeed(company);
  const asana = await startAsanaSimulator({ seed, clock: hub.clock });
  const jira = await startJiraSimulator({
    seed: { ...toJiraSeed(company, places(asana.url)), oauthApps: [oauthApp()] },
    clock: hub.clock,
  });
  const served = await serveHub(hub, port);
  return {
    ...served,
    jira,
    asana,
    close: async () => {
      clearInterval(ticking);
      await served.close();
      await Promise.all([jira.close(), asana.close()]);
    },
  };
}

function oauthApp() {
  const scopes = [...jiraOAuth.scopes, ...(jiraOAuth.writeScopes ?? [])];
  return { ...jiraApp, name: "Throughline", scopes };
}

/** Does what it is sent, one piece after the other. */
class WorkingQueue implements Queue {
  readonly #work: (message: PullMessage) => Promise<void>;
  #last: Promise<void> = Promise.resolve();
  #count = 0;
  #held: { readonly collection: string; readonly released: Promise<undefined> } | undefined;

  constructor(work: (message: PullMessage) => Promise<void>) {
    this.#work = work;
  }

  async send(body: string, options: { readonly delaySeconds?: number } = {}): Promise<void> {
    // What shall wait is taken up by nobody here; what failed is seen on the page.
    if ((options.delaySeconds ?? 0) > 0) return;
    this.#count += 1;
    const message = PullMessage.parse(JSON.parse(body));
    this.#last = this.#after(this.#last, message);
  }

  async #after(last: Promise<void>, message: PullMessage): Promise<void> {
    await last;
    if (message.kind === "pull" && message.collection === this.#held?.collection) {
      await this.#held.released;
    }
    await this.#work(message);
  }

  hold(collection: string): () => void {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#held = { collection, released: promise };
    return () => resolve(undefined);
  }

  async settle(): Promise<void> {
    for (let seen = -1; seen !== this.#count;) {
      seen = this.#count;
      await this.#last;
    }
  }
}

async function serveHub(
  hub: MemoryHub,
  port: number,
): Promise<Pick<ToolsServer, "url" | "hold" | "settle" | "close">> {
  const secrets = new MemorySecrets();
  const registry = new Registry(connectors);
  const { table, clock } = hub;
  const base = { table, clock, secrets, registry, random: randomText };
  const logger = createSilentLogger(hub.logs);
  let publicUrl = "";
  const pulls: WorkingQueue = new WorkingQueue(async (message) => {
    await pull({ ...base, logger, pulls, publicUrl }, message);
    await hub.settle();
  });
  const listening = Promise.withResolvers<{ readonly port: number }>();
  let answer: (request: Request) => Response | Promise<Response> = () => new Response();
  const node = serve({ fetch: (request) => answer(request), port, hostname: "127.0.0.1" }, (to) =>
    listening.resolve(to),
  );
  publicUrl = `http://127.0.0.1:${(await listening.promise).port}`;
  const app = createApp({
    ...base,
    logger,
    publicUrl,
    pulls,
    rules,
    eventRules: new MemoryEventRules(),
    queueAdmin: {
      depths: async () => ({ inbox: { waiting: 0, dead: 0 } }),
      deadLetters: async () => [],
      redrive: async () => 0,
    },
    accessToken: { read: async () => ({ mode: "open" }) },
    createScratchTable: () => createMemoryTable(),
  });
  answer = app.fetch;
  const close = async () => {
    const closed = Promise.withResolvers<undefined>();
    node.close(() => closed.resolve(undefined));
    await closed.promise;
  };
  return {
    url: publicUrl,
    hold: (collection) => pulls.hold(collection),
    settle: () => pulls.settle(),
    close,
  };
}

if (import.meta.main) {
  const server = await startTools(Number(process.argv[2] ?? "4322"));
  const { jira, asana, url } = server;
  process.stdout.write(`hub ${url}\njira ${jira.url}\nasana ${asana.apiUrl}\n`);
}
