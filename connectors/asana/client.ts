import * as http from "node:http";
import * as https from "node:https";

import {
  ApiClient,
  GoalRelationshipsApi,
  GoalsApi,
  PortfoliosApi,
  ProjectsApi,
  TasksApi,
  UsersApi,
  WebhooksApi,
  WorkspaceMembershipsApi,
  WorkspacesApi,
} from "asana";
import * as z from "zod";

import { classify } from "./errors.ts";
import { RequestLimit } from "./request-limit.ts";
import type { AsanaSettings } from "./settings.ts";
import * as wire from "./wire.ts";

/** One page of a list; its records are not parsed yet. */
export interface Page {
  readonly records: readonly unknown[];
  /** Where the next page begins; absent on the last. It expires after some minutes. */
  readonly offset?: string;
}

/** Where a page begins. */
export interface PageRequest {
  readonly offset?: string | undefined;
  /** 1 to 100, Asana's bounds. */
  readonly limit?: number;
}

/**
 * Asana allows 50 reads and 15 writes at once per token
 * (https://developers.asana.com/docs/rate-limits, read 2026-11-21); half is left to others who use it.
 */
const readsAtOnceMax = 25;
const writesAtOnceMax = 7;
const pageSizeMax = 100;
/** Asana cuts long requests off after a minute itself; creating a webhook waits for our own answer. */
const timeoutMs = 30_000;

/**
 * The only caller of the `asana` package: one instance per connection, every answer parsed, every
 * failure a `HubError`. It never waits for a rate limit itself: `retryAfterMs` tells the caller to.
 */
export class AsanaClient {
  readonly #api: ApiClient;
  readonly #reads = new RequestLimit(readsAtOnceMax);
  readonly #writes = new RequestLimit(writesAtOnceMax);

  constructor({ baseUrl, token }: Pick<AsanaSettings, "baseUrl" | "token">) {
    this.#api = apiClient(baseUrl, token);
  }

  async me(): Promise<wire.UserWire> {
    const call = () => new UsersApi(this.#api).getUser("me", { opt_fields: wire.userFields });
    return this.#object("the token's user", wire.UserWire, call);
  }

  async workspaces(page: PageRequest): Promise<Page> {
    const opts = listOptions(page, wire.workspaceFields);
    return this.#list("workspaces", () => new WorkspacesApi(this.#api).getWorkspaces(opts));
  }

  async users(workspace: string, page: PageRequest): Promise<Page> {
    const opts = { ...listOptions(page, wire.userFields), workspace };
    return this.#list(`users of workspace ${workspace}`, () =>
      new UsersApi(this.#api).getUsers(opts),
    );
  }

  async user(gid: string): Promise<unknown> {
    const call = () => new UsersApi(this.#api).getUser(gid, { opt_fields: wire.userFields });
    return this.#object(`user ${gid}`, z.unknown(), call);
  }

  async members(workspace: string, page: PageRequest): Promise<Page> {
    const opts = listOptions(page, wire.memberFields);
    return this.#list(`memberships of workspace ${workspace}`, () =>
      new WorkspaceMembershipsApi(this.#api).getWorkspaceMembershipsForWorkspace(workspace, opts),
    );
  }

  async projects(
    workspace: string,
    page: PageRequest & { readonly fields: string },
  ): Promise<Page> {
    const opts = { ...listOptions(page, page.fields), workspace };
    return this.#list(`projects of workspace ${workspace}`, () =>
      new ProjectsApi(this.#api).getProjects(opts),
    );
  }

  async project(gid: string, fields = wire.projectFields): Promise<unknown> {
    const call = () => new ProjectsApi(this.#api).getProject(gid, { opt_fields: fields });
    return this.#object(`project ${gid}`, z.unknown(), call);
  }

  /** Those of the token's user: Asana lists no others (https://developers.asana.com/reference/getportfolios). */
  async portfolios(workspace: string, page: PageRequest): Promise<Page> {
    const opts = { ...listOptions(page, wire.portfolioFields), owner: "me" };
    return this.#list(`portfolios of workspace ${workspace}`, () =>
      new PortfoliosApi(this.#api).getPortfolios(workspace, opts),
    );
  }

  async portfolio(gid: string): Promise<unknown> {
    const call = () =>
      new PortfoliosApi(this.#api).getPortfolio(gid, { opt_fields: wire.portfolioFields });
    return this.#object(`portfolio ${gid}`, z.unknown(), call);
  }

  async portfolioItems(gid: string, page: PageRequest): Promise<Page> {
    const opts = listOptions(page, "name");
    return this.#list(`items of portfolio ${gid}`, () =>
      new PortfoliosApi(this.#api).getItemsForPortfolio(gid, opts),
    );
  }

  /** Tasks of a project, or of a person in a workspace. */
  async tasks(query: TaskQuery, page: PageRequest & { readonly fields: string }): Promise<Page> {
    const { what, ...filter } = query;
    const opts = { ...listOptions(page, page.fields), ...filter };
    return this.#list(what, () => new TasksApi(this.#api).getTasks(opts));
  }

  async subtasks(gid: string, page: PageRequest & { readonly fields: string }): Promise<Page> {
    const opts = listOptions(page, page.fields);
    return this.#list(`subtasks of task ${gid}`, () =>
      new TasksApi(this.#api).getSubtasksForTask(gid, opts),
    );
  }

  async task(gid: string): Promise<unknown> {
    const call = () => new TasksApi(this.#api).getTask(gid, { opt_fields: wire.taskFields });
    return this.#object(`task ${gid}`, z.unknown(), call);
  }

  async goals(workspace: string, page: PageRequest): Promise<Page> {
    const opts = { ...listOptions(page, wire.goalFields), workspace };
    return this.#list("goals", () => new GoalsApi(this.#api).getGoals(opts));
  }

  async goal(gid: string): Promise<unknown> {
    const call = () => new GoalsApi(this.#api).getGoal(gid, { opt_fields: wire.goalFields });
    return this.#object(`goal ${gid}`, z.unknown(), call);
  }

  async parentGoals(gid: string): Promise<readonly string[]> {
    const call = () => new GoalsApi(this.#api).getParentGoalsForGoal(gid, { opt_fields: "name" });
    const { records } = await this.#list(`parents of goal ${gid}`, call);
    return records.map((record) => parsed(wire.GidRef, record, `parents of goal ${gid}`).gid);
  }

  async goalRelationships(gid: string, page: PageRequest): Promise<Page> {
    const { limit = pageSizeMax, offset } = page;
    const opts = { limit, ...(offset === undefined ? {} : { offset }) };
    return this.#list(`relationships of goal ${gid}`, () =>
      new GoalRelationshipsApi(this.#api).getGoalRelationships(gid, opts),
    );
  }

  async webhooks(workspace: string, page: PageRequest): Promise<Page> {
    const opts = listOptions(page, wire.webhookFields);
    return this.#list(`webhooks of workspace ${workspace}`, () =>
      new WebhooksApi(this.#api).getWebhooks(workspace, opts),
    );
  }

  /** Asana calls the target, and waits for its answer, before this one comes. */
  async createWebhook(webhook: NewWebhook): Promise<{ gid: string; secret: string | undefined }> {
    const what = `a webhook on ${webhook.resource}`;
    return this.#write(what, async () => {
      const answer: unknown = await new WebhooksApi(this.#api).createWebhook({ data: webhook }, {});
      const created = wire.CreatedWebhook.parse(answer);
      return { gid: created.data.gid, secret: created["X-Hook-Secret"] ?? undefined };
    });
  }

  async deleteWebhook(gid: string): Promise<void> {
    await this.#write(`webhook ${gid}`, async () => {
      await new WebhooksApi(this.#api).deleteWebhook(gid);
    });
  }

  /** All records of a list, page by page. */
  async *every(list: (page: PageRequest) => Promise<Page>): AsyncIterable<unknown> {
    let offset: string | undefined;
    do {
      const page = await list({ offset });
      yield* page.records;
      offset = page.offset;
    } while (offset !== undefined);
  }

  async #list(what: string, call: () => Promise<unknown>): Promise<Page> {
    return this.#read(what, async () => {
      const { data, next_page: next } = wire.ListWire.parse(await call());
      return { records: data, ...(next ? { offset: next.offset } : {}) };
    });
  }

  async #object<T>(what: string, schema: z.ZodType<T>, call: () => Promise<unknown>): Promise<T> {
    return this.#read(what, async () => schema.parse(wire.ObjectWire.parse(await call()).data));
  }

  async #read<T>(what: string, task: () => Promise<T>): Promise<T> {
    return this.#reads.run(() => classified(what, () => onceMoreIfCutOff(task)));
  }

  async #write<T>(what: string, task: () => Promise<T>): Promise<T> {
    return this.#writes.run(() => classified(what, task));
  }
}

export interface TaskQuery {
  /** In words, for messages. */
  readonly what: string;
  readonly project?: string;
  readonly assignee?: string;
  readonly workspace?: string;
  readonly modified_since?: string;
  readonly completed_since?: string;
}

export interface NewWebhook {
  readonly resource: string;
  readonly target: string;
  readonly filters: readonly { readonly resource_type: string }[];
}

/**
 * A kept connection may be closed by the other side in the moment in which we use it again, which
 * says nothing about the request. A read is then asked once more, on a fresh connection.
 */
async function onceMoreIfCutOff<T>(task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    const isCutOff = error instanceof Error && "code" in error && error.code === "ECONNRESET";
    if (!isCutOff) throw error;
    return task();
  }
}

async function classified<T>(what: string, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    throw classify(error, what);
  }
}

/** Parses one record of a list where the caller cannot go on without it. */
export function parsed<T>(schema: z.ZodType<T>, record: unknown, what: string): T {
  const result = schema.safeParse(record);
  if (!result.success) throw classify(result.error, what);
  return result.data;
}

/** A fresh object each time: the package writes into the options it is given. */
function listOptions(page: PageRequest, fields: string): Record<string, unknown> {
  return {
    limit: page.limit ?? pageSizeMax,
    opt_fields: fields,
    ...(page.offset === undefined ? {} : { offset: page.offset }),
  };
}

/** An instance of our own: `ApiClient.instance` would be shared by all connections of a process. */
function apiClient(baseUrl: string, token: string): ApiClient {
  const api = new ApiClient();
  api.basePath = baseUrl.replace(/\/+$/u, "");
  api.authentications = { token: { type: "personalAccessToken", accessToken: token } };
  api.timeout = timeoutMs;
  // Plain answers: a `Collection` hides `next_page` and reuses the options it mutates.
  api.RETURN_COLLECTION = false;
  const { Agent } = baseUrl.startsWith("https:") ? https : http;
  api.requestAgent = new Agent({ keepAlive: true, maxSockets: readsAtOnceMax + writesAtOnceMax });
  return api;
}
