import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import type { Hono } from "hono";
import { onTestFinished } from "vitest";
import * as z from "zod";

import type { AppDeps } from "#functions/app/app-deps.ts";
import { createApp } from "#functions/app/app.ts";
import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { HubError } from "#shared/errors.ts";
import type { Connector, Probe, Source, SourceContext } from "#shared/kit/connector.ts";
import { defineConnector } from "#shared/kit/connector.ts";
import { Registry } from "#shared/kit/registry.ts";
import type { PullMessage } from "#shared/model/pull.ts";
import type { DeadLetter } from "#shared/ports/queue.ts";
import { rules } from "#shared/rules/index.ts";
import { MemoryEventRules } from "#shared/testing/memory-event-rules.ts";
import { OpenApiValidator } from "#shared/testing/openapi-validator.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";

import { FakeOAuth } from "./fake-oauth.ts";
import { MemoryHub } from "./memory-hub.ts";
import { MemoryQueue, MemorySecrets } from "./tool-hub.ts";

const Settings = z.strictObject({
  baseUrl: z.url().meta({ title: "Address", description: "Where the tool is" }),
  token: z.string().min(4).meta({ title: "Token", description: "Its token", secret: true }),
  projects: z.array(z.string()).default([]).meta({ title: "Projects", description: "Which" }),
});

const SuiteSettings = z.strictObject({
  baseUrl: z.url().meta({ title: "Address", description: "Where the suite is" }),
  key: z.string().min(4).optional().meta({ title: "Key", description: "Its key", secret: true }),
  rooms: z.array(z.string()).min(1).meta({ title: "Rooms", description: "Which rooms to read" }),
  goalFields: z.array(z.string()).default([]).meta({ title: "Goal fields", description: "Which" }),
});
type SuiteSettings = z.infer<typeof SuiteSettings>;

/** What an answer of the app is to a test: parsed where it is JSON. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: unknown;
}

export const publicUrl = "https://hub.example";

/**
 * The app over a hub in memory: a table whose stream runs the real detect, relay and alert. Every
 * answer of the API is checked against the OpenAPI document that the app gives of itself.
 */
export class AppRig {
  readonly hub: MemoryHub;
  readonly secrets = new MemorySecrets();
  readonly pulls = new MemoryQueue();
  readonly dead: DeadLetter[] = [];
  readonly app: Hono;
  /** What the tool does when it is probed; throws to refuse. */
  probe: (settings: z.infer<typeof Settings>) => Promise<Probe> = async () => ({
    identity: "svc on tool.example",
    gaps: [],
  });
  /** What the suite says when it is probed. */
  probeSuite: (context: SourceContext<SuiteSettings>) => Promise<Probe> = async (context) => ({
    identity: `svc on ${new URL(context.settings.baseUrl).pathname}`,
    gaps: [],
    credential: { kind: context.tokens ? "OAuth consent" : "Key" },
  });
  /** What tool and suite can, beside being probed. */
  source: (context: Pick<SourceContext<unknown>, "connectionId" | "tokens">) => Partial<Source> =
    () => ({});
  readonly oauth = new FakeOAuth();
  readonly deps: AppDeps;
  readonly #validator: Promise<OpenApiValidator>;

  private constructor(hub: MemoryHub, overrides: Partial<AppDeps>) {
    this.hub = hub;
    this.deps = { ...this.#defaultDeps(), ...overrides };
    this.app = createApp(this.deps);
    this.#validator = this.#readValidator(createApp(this.#defaultDeps()));
  }

  static async create(overrides: Partial<AppDeps> = {}): Promise<AppRig> {
    return new AppRig(await MemoryHub.ready(), overrides);
  }

  #defaultDeps(): AppDeps {
    let count = 0;
    return {
      table: this.hub.table,
      clock: this.hub.clock,
      logger: createSilentLogger(this.hub.logs),
      secrets: this.secrets,
      pulls: this.pulls,
      eventRules: new MemoryEventRules(),
      queueAdmin: {
        depths: async () => ({ inbox: { waiting: 3, dead: this.dead.length } }),
        deadLetters: async () => this.dead,
        redrive: async () => this.dead.splice(0).length,
      },
      accessToken: { read: async () => ({ mode: "open" }) },
      publicUrl,
      random: (length) => String((count += 1)).padStart(length, "0"),
      registry: new Registry([this.#tool(), this.#pager(), this.#suite()]),
      rules,
      createScratchTable: () => createMemoryTable(),
    };
  }

  #tool(): Connector {
    return defineConnector({
      name: "tool",
      title: "Tool",
      summary: "A tool for tests",
      settings: Settings,
      collections: [
        {
          name: "things",
          title: "Things",
          facts: ["work-item", "goal"],
          pullEveryMinutes: 5,
          reconcileEveryMinutes: 60,
        },
        { name: "people", title: "People", facts: ["account"], pullEveryMinutes: 60 },
      ],
      providesGoals: () => true,
      source: async () => (context) =>
        // Beside a probe, the app asks of a source only what a test says that it can.
        ({ probe: () => this.probe(context.settings), ...this.source(context) }) as Source,
      webhook: async () => ({ verify: () => ({ outcome: "unverified", reason: "test" }) }),
    });
  }

  /** A tool that people may consent to, and that must be told what to read. */
  #suite(): Connector {
    return defineConnector({
      name: "suite",
      title: "Suite",
      summary: "A suite for tests",
      settings: SuiteSettings,
      collections: [
        { name: "things", title: "Things", facts: ["work-item", "goal"], pullEveryMinutes: 5 },
      ],
      providesGoals: () => true,
      oauth: async () => this.oauth,
      source: async () => (context) =>
        ({ probe: () => this.probeSuite(context), ...this.source(context) }) as Source,
    });
  }

  #pager(): Connector {
    return defineConnector({
      name: "pager",
      title: "Pager",
      summary: "A channel for tests",
      settings: z.strictObject({ url: z.url().meta({ title: "URL", secret: true }) }),
      collections: [],
      providesGoals: () => false,
      notifier: async () => () => ({
        send: async () => ({ outcome: "sent" }),
        probe: async () => ({ identity: "#alignment" }),
      }),
    });
  }

  async #readValidator(app: Hono): Promise<OpenApiValidator> {
    const document = await (await app.request("/api/openapi.json")).text();
    const folder = mkdtempSync(path.join(tmpdir(), "openapi-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = path.join(folder, "openapi.json");
    writeFileSync(file, document);
    return new OpenApiValidator(file);
  }

  get(target: string, headers: Record<string, string> = {}): Promise<Answered> {
    return this.send("GET", target, { headers });
  }

  /** Sends, lets all follow that comes of it, and checks the answer against the API's description. */
  async send(
    method: string,
    target: string,
    { json, form, headers = {}, raw }: Sent = {},
  ): Promise<Answered> {
    const body = raw ?? (json === undefined ? formOf(form) : JSON.stringify(json));
    const type = json === undefined ? "application/x-www-form-urlencoded" : "application/json";
    const response = await this.app.request(target, {
      method,
      headers: { ...(body !== undefined && { "content-type": type }), ...headers },
      ...(body !== undefined && { body }),
    });
    await this.hub.settle();
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json") === true;
    const parsed: unknown = isJson ? JSON.parse(text) : undefined;
    const { status, headers: sentHeaders } = response;
    const answered = { status, headers: sentHeaders, text, body: parsed };
    if (isJson && target.startsWith("/api/")) await this.#check(method, target, answered);
    return answered;
  }

  async #check(method: string, target: string, { status, body }: Answered): Promise<void> {
    const { pathname } = new URL(target, publicUrl);
    const validator = await this.#validator;
    const isUnknown = status === 404 && pathname.endsWith("/nowhere");
    const problems = isUnknown
      ? []
      : validator.validateResponse(method.toLowerCase(), pathname, status, body);
    if (problems.length > 0) throw new Error(`${method} ${target}: ${problems.join("; ")}`);
  }

  /** What was put into the `pulls` queue so far. */
  get messages(): readonly PullMessage[] {
    return this.pulls.sent.map(({ body }) => JSON.parse(body) as PullMessage);
  }

  refuseProbes(code: HubError["code"], message: string): void {
    this.probe = async () => {
      throw new HubError(code, message);
    };
  }
}

interface Sent {
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, string>>;
  readonly raw?: string;
  readonly headers?: Record<string, string>;
}

function formOf(form: Sent["form"]): string | undefined {
  return form && new URLSearchParams(form).toString();
}
