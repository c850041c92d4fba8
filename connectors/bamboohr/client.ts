import type * as z from "zod";

import { HubError } from "#shared/errors.ts";
import type { Instant } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";

import { failureOfAnswer, failureOfNetwork } from "./errors.ts";
import { apiRoot } from "./settings.ts";
import type { BambooSettings } from "./settings.ts";
import {
  ChangedEmployees,
  CreatedWebhook,
  EmployeePage,
  EmployeeRecord,
  FieldList,
  MonitorFields,
  WebhookList,
} from "./wire.ts";
import type { ChangedEmployee } from "./wire.ts";

/** BambooHR answers single reads in well under a second; a page of 2,500 took seconds in reports. */
const timeoutMs = 30_000;
/** The largest list asked for stays far below; more is not BambooHR. */
const bodyBytesMax = 20_000_000;

interface Call {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** For error messages: what was asked for. */
  readonly what: string;
}

/**
 * The calls we make to BambooHR, answers parsed. Its own SDKs are for PHP and Python only, so this
 * speaks HTTP. Every method throws only `HubError`. Paths: https://documentation.bamboohr.com/reference
 */
export class BambooClient {
  readonly #root: string;
  readonly #authorization: string;
  readonly #clock: Clock;

  constructor(settings: BambooSettings, clock: Clock) {
    this.#root = apiRoot(settings);
    // Basic with the key as user name; the password is ignored, by custom an x.
    this.#authorization = `Basic ${Buffer.from(`${settings.apiKey}:x`).toString("base64")}`;
    this.#clock = clock;
  }

  /** One page of employee ids, active and inactive. Throws `connector.cursor-expired` on a dead cursor. */
  async listEmployees(page: { readonly limit: number; readonly after?: string }) {
    const query = {
      "page[limit]": String(page.limit),
      ...(page.after !== undefined && { "page[after]": page.after }),
    };
    const call: Call = {
      method: "GET",
      path: "/v1/employees",
      query,
      what: "the list of employees",
    };
    const { status, text, headers } = await this.#send(call);
    // BadPage: the cursor is malformed, or the employee at its edge has changed (reference, 2026-11).
    if (status === 400 && text.includes("BadPage")) {
      throw new HubError("connector.cursor-expired", "BambooHR no longer knows the list's cursor");
    }
    if (status !== 200) throw this.#failure(status, headers, call.what);
    return parse(EmployeePage, text, call.what);
  }

  /** One employee with these fields; `gone` (404) and `hidden` (403) are answers, not failures. */
  async readEmployee(
    id: string,
    fields: readonly string[],
  ): Promise<EmployeeRecord | "gone" | "hidden"> {
    const what = `employee ${id}`;
    const { status, text, headers } = await this.#send({
      method: "GET",
      path: `/v1/employees/${encodeURIComponent(id)}`,
      query: { fields: fields.join(",") },
      what,
    });
    if (status === 404) return "gone";
    if (status === 403) return "hidden";
    if (status !== 200) throw this.#failure(status, headers, what);
    return parse(EmployeeRecord, text, what);
  }

  /** Everyone with any change since then, deletions included; unordered. */
  async listChanged(since: Instant): Promise<readonly ChangedEmployee[]> {
    const answer = await this.#call(ChangedEmployees, {
      method: "GET",
      path: "/v1/employees/changed",
      // Whole seconds: the form that the documentation shows.
      query: { since: since.replace(/\.\d{3}Z$/u, "Z") },
      what: "the changed employees",
    });
    return Object.values(answer.employees);
  }

  async listFields() {
    return this.#call(FieldList, {
      method: "GET",
      path: "/v1/meta/fields",
      what: "the list of fields",
    });
  }

  async listMonitorFields() {
    const path = "/v1/webhooks/monitor_fields";
    const answer = await this.#call(MonitorFields, {
      method: "GET",
      path,
      what: "the fields that webhooks can watch",
    });
    return answer.fields;
  }

  async listWebhooks() {
    const answer = await this.#call(WebhookList, {
      method: "GET",
      path: "/v1/webhooks",
      what: "the webhooks",
    });
    return answer.webhooks;
  }

  /** The private key comes only here; it cannot be read again. */
  async createWebhook(webhook: Readonly<Record<string, unknown>>) {
    return this.#call(CreatedWebhook, {
      method: "POST",
      path: "/v1/webhooks",
      body: webhook,
      what: "a new webhook",
    });
  }

  /** Succeeds when it is already gone. */
  async deleteWebhook(id: string): Promise<void> {
    const what = `webhook ${id}`;
    const path = `/v1/webhooks/${encodeURIComponent(id)}`;
    const { status, headers } = await this.#send({ method: "DELETE", path, what });
    if (status !== 200 && status !== 404) throw this.#failure(status, headers, what);
  }

  async #call<T>(schema: z.ZodType<T>, call: Call): Promise<T> {
    const { status, text, headers } = await this.#send(call);
    if (status < 200 || status > 299) throw this.#failure(status, headers, call.what);
    return parse(schema, text, call.what);
  }

  #failure(status: number, headers: Headers, what: string): HubError {
    return failureOfAnswer({ status, headers, what, nowMs: this.#clock.nowMs() });
  }

  async #send(call: Call) {
    const url = new URL(`${this.#root}${call.path}`);
    for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.set(name, value);
    try {
      const response = await fetch(url, {
        method: call.method,
        headers: {
          authorization: this.#authorization,
          // Without it version 1 answers XML.
          accept: "application/json",
          ...(call.body !== undefined && { "content-type": "application/json" }),
        },
        ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
        // A redirect would carry the key to somebody else.
        redirect: "manual",
        signal: AbortSignal.timeout(timeoutMs),
      });
      return {
        status: response.status,
        headers: response.headers,
        text: await boundedText(response),
      };
    } catch (error) {
      if (error instanceof HubError) throw error;
      throw failureOfNetwork(error, url.host);
    }
  }
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > bodyBytesMax) {
      throw new HubError(
        "connector.drifted",
        `An answer of BambooHR exceeds ${bodyBytesMax} bytes`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Messages name places in the answer, never values of it. */
function parse<T>(schema: z.ZodType<T>, text: string, what: string): T {
  const drifted = (why: string) =>
    new HubError("connector.drifted", `BambooHR's answer for ${what} is not as documented: ${why}`);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw drifted("it is not JSON");
    throw error;
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw drifted(`${issue?.path.join(".") ?? ""} ${issue?.code ?? ""}`);
}
