import * as z from "zod";

import { startLocalHub } from "#infra/local/local-hub.ts";
import type { LocalHub } from "#infra/local/local-hub.ts";
import { silentLogger } from "#infra/local/logger.ts";
import { systemClock } from "#shared/adapters/system-clock.ts";

import { temporaryDir } from "./temporary-dir.ts";

export interface ScimAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

const Connected = z.looseObject({ id: z.string() });
const Made = z.looseObject({ token: z.string(), url: z.string() });

/** The whole local hub in this process, into which directories provision. */
export class DirectoryHub {
  readonly hub: LocalHub;
  readonly #remove: () => Promise<void>;

  private constructor(hub: LocalHub, remove: () => Promise<void>) {
    this.hub = hub;
    this.#remove = remove;
  }

  static async start(): Promise<DirectoryHub> {
    const folder = await temporaryDir();
    const options = { dataDir: folder.path, port: 0, clock: systemClock, logger: silentLogger };
    return new DirectoryHub(await startLocalHub(options), () => folder.remove());
  }

  /** A new connection with a token, as an admin makes them. */
  async connect(settings: Readonly<Record<string, unknown>> = {}): Promise<DirectoryClient> {
    const wanted = { connector: "scim", name: "Directory", settings };
    const { id } = Connected.parse(await this.api("POST", "/api/connections", wanted));
    const made = await this.api("POST", `/api/connections/${id}/sending/tokens`);
    const { token, url } = Made.parse(made);
    return new DirectoryClient(id, url, token);
  }

  async api(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(this.hub.url + path, {
      method,
      headers: { "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return JSON.parse(text) as unknown;
  }

  async end(): Promise<void> {
    await this.hub.close();
    await this.#remove();
  }
}

/** One identity provider's side of a connection. */
export class DirectoryClient {
  readonly connectionId: string;
  readonly url: string;
  readonly token: string;

  constructor(connectionId: string, url: string, token: string) {
    this.connectionId = connectionId;
    this.url = url;
    this.token = token;
  }

  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<ScimAnswer> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...headers,
        authorization: `Bearer ${this.token}`,
        ...(body !== undefined && { "content-type": "application/scim+json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    // Whatever is no JSON object fails the test that reads it.
    const parsed = (text === "" ? {} : JSON.parse(text)) as ScimAnswer["body"];
    return { status: response.status, headers: response.headers, body: parsed };
  }

  async user(userName: string, given: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const schemas = ["urn:ietf:params:scim:schemas:core:2.0:User"];
    return this.#create("/Users", { schemas, userName, ...given });
  }

  async group(displayName: string, members: readonly string[]): Promise<string> {
    const schemas = ["urn:ietf:params:scim:schemas:core:2.0:Group"];
    const values = members.map((value) => ({ value }));
    return this.#create("/Groups", { schemas, displayName, members: values });
  }

  async #create(path: string, resource: unknown): Promise<string> {
    const { status, body } = await this.send("POST", path, resource);
    if (status !== 201) throw new Error(`${path} answered ${status}`);
    return String(body["id"]);
  }
}
