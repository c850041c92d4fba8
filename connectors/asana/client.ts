import {
  type ApiClient,
  EventsApi,
  GoalRelationshipsApi,
  GoalsApi,
  PortfoliosApi,
  ProjectsApi,
  SectionsApi,
  TasksApi,
  TeamsApi,
  UsersApi,
  WebhooksApi,
  WorkspaceMembershipsApi,
  WorkspacesApi,
} from "asana";
import type * as z from "zod";

import { type Asked, Transport, type TransportContext } from "./client-transport.ts";
import { classify, freshSync, isExpired, lostPlace } from "./errors.ts";
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

/** What happened to an object and what is in it, since a sync token. */
export interface EventPage {
  readonly events: readonly unknown[];
  readonly sync: string;
  readonly hasMore: boolean;
  /** The token was none or too old: what happened before this page is not known. */
  readonly isReset: boolean;
}

type WithFields = PageRequest & { readonly fields: string };

const pageSizeMax = 100;

/**
 * The only caller of the `asana` package: one instance per connection, every answer parsed. Each call
 * makes its options anew, because the package writes into those that it is given.
 */
export class AsanaClient {
  readonly #transport: Transport;

  constructor(context: TransportContext) {
    this.#transport = new Transport(context);
  }

  async me(): Promise<wire.UserWire> {
    const what = "the token's user";
    return parsed(wire.UserWire, await this.user("me", what), what);
  }

  async workspaces(page: PageRequest): Promise<Page> {
    return this.#list("workspaces", "GET /workspaces", (api) =>
      new WorkspacesApi(api).getWorkspaces(listOptions(page, wire.workspaceFields)),
    );
  }

  async users(workspace: string, page: PageRequest): Promise<Page> {
    return this.#list(`users of workspace ${workspace}`, "GET /users", (api) =>
      new UsersApi(api).getUsers({ ...listOptions(page, wire.userFields), workspace }),
    );
  }

  async user(gid: string, what = `user ${gid}`): Promise<unknown> {
    return this.#record(what, "GET /users/{gid}", (api) =>
      new UsersApi(api).getUser(gid, { opt_fields: wire.userFields }),
    );
  }

  async members(workspace: string, page: PageRequest): Promise<Page> {
    const endpoint = "GET /workspaces/{gid}/workspace_memberships";
    return this.#list(`memberships of workspace ${workspace}`, endpoint, (api) =>
      new WorkspaceMembershipsApi(api).getWorkspaceMembershipsForWorkspace(
        workspace,
        listOptions(page, wire.memberFields),
      ),
    );
  }

  async teams(workspace: string, page: PageRequest): Promise<Page> {
    return this.#list(`teams of workspace ${workspace}`, "GET /workspaces/{gid}/teams", (api) =>
      new TeamsApi(api).getTeamsForWorkspace(workspace, listOptions(page, "name")),
    );
  }

  async projects(workspace: string, page: WithFields): Promise<Page> {
    return this.#list(`projects of workspace ${workspace}`, "GET /projects", (api) =>
      new ProjectsApi(api).getProjects({ ...listOptions(page, page.fields), workspace }),
    );
  }

  async project(gid: string, fields = wire.projectFields): Promise<unknown> {
    return this.#record(`project ${gid}`, "GET /projects/{gid}", (api) =>
      new ProjectsApi(api).getProject(gid, { opt_fields: fields }),
    );
  }

  async sections(project: string, page: PageRequest): Promise<Page> {
    return this.#list(`sections of project ${project}`, "GET /projects/{gid}/sections", (api) =>
      new SectionsApi(api).getSectionsForProject(project, listOptions(page, "name")),
    );
  }

  /** A service account may leave the owner out and gets all; others get their own only, as `me`. */
  async portfolios(
    workspace: string,
    page: PageRequest & { readonly owner: "me" | "anybody" },
  ): Promise<Page> {
    return this.#list(`portfolios of workspace ${workspace}`, "GET /portfolios", (api) =>
      new PortfoliosApi(api).getPortfolios(workspace, {
        ...listOptions(page, wire.portfolioFields),
        ...(page.owner === "me" && { owner: "me" }),
      }),
    );
  }

  async portfolio(gid: string): Promise<unknown> {
    return this.#record(`portfolio ${gid}`, "GET /portfolios/{gid}", (api) =>
      new PortfoliosApi(api).getPortfolio(gid, { opt_fields: wire.portfolioFields }),
    );
  }

  async portfolioItems(gid: string, page: PageRequest): Promise<Page> {
    return this.#list(`items of portfolio ${gid}`, "GET /portfolios/{gid}/items", (api) =>
      // Compact: with `opt_fields` an item would not say whether it is a project.
      new PortfoliosApi(api).getItemsForPortfolio(gid, listOptions(page)),
    );
  }

  /** Tasks of a project, or of a person in a workspace. */
  async tasks({ what, ...filter }: TaskQuery, page: WithFields): Promise<Page> {
    return this.#list(what, "GET /tasks", (api) =>
      new TasksApi(api).getTasks({ ...listOptions(page, page.fields), ...filter }),
    );
  }

  async subtasks(gid: string, page: WithFields): Promise<Page> {
    return this.#list(`subtasks of task ${gid}`, "GET /tasks/{gid}/subtasks", (api) =>
      new TasksApi(api).getSubtasksForTask(gid, listOptions(page, page.fields)),
    );
  }

  async task(gid: string, fields: string): Promise<unknown> {
    return this.#record(`task ${gid}`, "GET /tasks/{gid}", (api) =>
      new TasksApi(api).getTask(gid, { opt_fields: fields }),
    );
  }

  /** What happened to a project and its tasks since a token; without one, a token to begin with. */
  async events(resource: string, sync: string | undefined): Promise<EventPage> {
    const asked: Asked = {
      what: `events of ${resource}`,
      endpoint: "GET /events",
      call: (api) =>
        new EventsApi(api).getEvents(resource, { ...(sync !== undefined && { sync }) }),
    };
    try {
      return await this.#transport.read(asked, (answer) => {
        const { data, sync: next, has_more } = wire.EventsWire.parse(answer);
        return { events: data, sync: next, hasMore: has_more, isReset: false };
      });
    } catch (error) {
      const fresh = error instanceof Error ? freshSync(error.cause) : undefined;
      if (fresh === undefined) throw error;
      return { events: [], sync: fresh, hasMore: false, isReset: true };
    }
  }

  async goals(workspace: string, page: PageRequest): Promise<Page> {
    return this.#list("goals", "GET /goals", (api) =>
      new GoalsApi(api).getGoals({ ...listOptions(page, wire.goalFields), workspace }),
    );
  }

  async goal(gid: string): Promise<unknown> {
    return this.#record(`goal ${gid}`, "GET /goals/{gid}", (api) =>
      new GoalsApi(api).getGoal(gid, { opt_fields: wire.goalFields }),
    );
  }

  async parentGoals(gid: string): Promise<readonly string[]> {
    const what = `parents of goal ${gid}`;
    const { records } = await this.#list(what, "GET /goals/{gid}/parentGoals", (api) =>
      new GoalsApi(api).getParentGoalsForGoal(gid, { opt_fields: "name" }),
    );
    return records.map((record) => parsed(wire.GidRef, record, what).gid);
  }

  async goalRelationships(gid: string, page: PageRequest): Promise<Page> {
    return this.#list(`relationships of goal ${gid}`, "GET /goal_relationships", (api) =>
      new GoalRelationshipsApi(api).getGoalRelationships(gid, listOptions(page)),
    );
  }

  async webhooks(workspace: string, page: PageRequest): Promise<Page> {
    return this.#list(`webhooks of workspace ${workspace}`, "GET /webhooks", (api) =>
      new WebhooksApi(api).getWebhooks(workspace, listOptions(page, wire.webhookFields)),
    );
  }

  /** Asana calls the target, and waits for its answer, before this one comes. */
  async createWebhook(webhook: NewWebhook): Promise<{ gid: string; secret: string | undefined }> {
    const asked: Asked = {
      what: `a webhook on ${webhook.resource}`,
      endpoint: "POST /webhooks",
      call: (api) => new WebhooksApi(api).createWebhook({ data: { ...webhook } }, {}),
    };
    return this.#transport.write(asked, (answer) => {
      const created = wire.CreatedWebhook.parse(answer);
      return { gid: created.data.gid, secret: created["X-Hook-Secret"] ?? undefined };
    });
  }

  async deleteWebhook(gid: string): Promise<void> {
    const asked: Asked = {
      what: `webhook ${gid}`,
      endpoint: "DELETE /webhooks/{gid}",
      call: (api) => new WebhooksApi(api).deleteWebhook(gid),
    };
    await this.#transport.write(asked, () => undefined);
  }

  /**
   * All records of a list, page by page. Throws `connector.unavailable` when the place in it expires on
   * the way: no position was saved that had to be dropped for it, and read again, it passes.
   */
  async *every(list: (page: PageRequest) => Promise<Page>): AsyncIterable<unknown> {
    let offset: string | undefined;
    do {
      const page = await list({ offset }).catch((error: unknown) => {
        throw isExpired(error) ? lostPlace(error) : error;
      });
      yield* page.records;
      offset = page.offset;
    } while (offset !== undefined);
  }

  async #list(what: string, endpoint: string, call: Call): Promise<Page> {
    return this.#transport.read({ what, endpoint, call }, (answer) => {
      const { data, next_page: next } = wire.ListWire.parse(answer);
      return { records: data, ...(next ? { offset: next.offset } : {}) };
    });
  }

  async #record(what: string, endpoint: string, call: Call): Promise<unknown> {
    return this.#transport.read({ what, endpoint, call }, (answer) => {
      return wire.ObjectWire.parse(answer).data;
    });
  }
}

type Call = (api: ApiClient) => Promise<unknown>;

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

/** Parses one record of a list where the caller cannot go on without it. */
export function parsed<T>(schema: z.ZodType<T>, record: unknown, what: string): T {
  const result = schema.safeParse(record);
  if (!result.success) throw classify(result.error, what);
  return result.data;
}

/**
 * A fresh object each time: the package writes into the options it is given. Without fields the answer
 * is compact.
 */
function listOptions(page: PageRequest, fields?: string): Record<string, unknown> {
  return {
    limit: page.limit ?? pageSizeMax,
    ...(fields !== undefined && { opt_fields: fields }),
    ...(page.offset === undefined ? {} : { offset: page.offset }),
  };
}
