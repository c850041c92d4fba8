import * as z from "zod";

import { asanaToken } from "#infra/local/sample/to-asana-seed.ts";
import { bambooApiKey } from "#infra/local/sample/to-bamboo-seed.ts";
import { jiraEmail, jiraToken } from "#infra/local/sample/to-jira-seed.ts";
import type { Fault } from "#shared/testing/simulator/faults.ts";

import type { HubApi } from "./hub-api.ts";

const Attempt = z.looseObject({ at: z.string(), status: z.int().optional() });
export const DeliveryRecord = z.looseObject({
  id: z.string(),
  event: z.string(),
  url: z.string(),
  at: z.string(),
  state: z.string(),
  attempts: z.array(Attempt),
});
export type DeliveryRecord = z.infer<typeof DeliveryRecord>;

type Json = z.infer<ReturnType<typeof z.json>>;

/** One of the sample company's tools, reached as its vendor's clients reach it, with its credentials. */
export class SourceTool {
  /** Of the tool, without a path: `http://127.0.0.1:43017`. */
  readonly origin: string;
  readonly #apiPath: string;
  readonly #authorization: string;

  constructor(origin: string, apiPath: string, authorization: string) {
    this.origin = origin;
    this.#apiPath = apiPath;
    this.#authorization = authorization;
  }

  /** Calls the vendor's API; undefined where it has nothing under that address. */
  async find(path: string): Promise<Json | undefined> {
    const response = await this.#fetch("GET", path);
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(`${response.status} for ${path} of ${this.origin}`);
    return z.json().parse(await response.json());
  }

  /** Calls the vendor's API to change something. */
  async change(method: "POST" | "PUT" | "DELETE", path: string, body?: unknown): Promise<void> {
    const response = await this.#fetch(method, path, body);
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.status} for ${method} ${path}: ${text}`);
  }

  async deliveries(): Promise<readonly DeliveryRecord[]> {
    const Answer = z.object({ deliveries: z.array(DeliveryRecord) });
    return Answer.parse(await this.#control("GET", "deliveries")).deliveries;
  }

  /** Resolves when no webhook is waiting or under way. */
  async settle(): Promise<void> {
    await this.#control("POST", "settle");
  }

  async state(): Promise<unknown> {
    return this.#control("GET", "state");
  }

  async perform(operation: unknown): Promise<void> {
    await this.#control("POST", "operations", operation);
  }

  async arm(fault: z.input<typeof Fault>): Promise<void> {
    await this.#control("POST", "faults", fault);
  }

  async clearFaults(): Promise<void> {
    await this.#control("DELETE", "faults");
  }

  async #fetch(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(`${this.origin}${this.#apiPath}${path}`, {
      method,
      headers: {
        accept: "application/json",
        authorization: this.#authorization,
        "content-type": "application/json",
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  async #control(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.origin}/__control/${path}`, {
      method,
      headers: { "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.status} for control ${path}: ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }
}

export interface SourceTools {
  readonly jira: SourceTool;
  readonly asana: SourceTool;
  readonly bamboohr: SourceTool;
  readonly slack: SourceTool;
}

/** The tools of the sample company, by the addresses that its connections and its start have told. */
export async function sourceTools(api: HubApi, startOutput: string): Promise<SourceTools> {
  const origin = async (connector: string): Promise<string> => {
    const { settings } = await api.connection(connector);
    return new URL(z.string().parse(settings["baseUrl"])).origin;
  };
  const slackOrigin = /^\s*Slack\s+(http:\S+)$/mu.exec(startOutput)?.[1] ?? "";
  const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
  return {
    jira: new SourceTool(await origin("jira"), "", basic(`${jiraEmail}:${jiraToken}`)),
    asana: new SourceTool(await origin("asana"), "/api/1.0", `Bearer ${asanaToken}`),
    bamboohr: new SourceTool(await origin("bamboohr"), "/api/v1", basic(`${bambooApiKey}:x`)),
    slack: new SourceTool(slackOrigin, "", ""),
  };
}
