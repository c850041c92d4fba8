import type { Source, SourceContext } from "#shared/kit/connector.ts";
import type { RequestBudget } from "#shared/kit/request-budget.ts";
import type { Change } from "#shared/model/change.ts";
import { ConnectionId, type FactId, factId, type FactType, readFactId } from "#shared/model/ids.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";
import { sourceContext } from "#shared/testing/source-context.ts";

import { JiraSettings } from "../settings.ts";
import { createJiraSource } from "../source.ts";
import type { JiraSeedInput } from "./seed.ts";
import { type JiraSimulator, startJiraSimulator } from "./server.ts";
import { smallSite } from "./small-site.ts";

export const connectionId = ConnectionId.parse("conn_0123456789");
export const startedAt = "2026-11-21T08:00:00.000Z";

export interface JiraWorld {
  readonly clock: ManualClock;
  readonly jira: JiraSimulator;
  readonly source: Source;
  /** Endpoints asked since the start, in order: `POST /search/jql`. */
  readonly asked: string[];
  /** Another source on the same site, as the next invocation has it. */
  reopen(settings?: Partial<JiraSettings>, more?: Partial<SourceContext<JiraSettings>>): Source;
}

interface Options {
  readonly seed?: JiraSeedInput;
  readonly settings?: Partial<JiraSettings>;
  readonly context?: Partial<SourceContext<JiraSettings>>;
}

/** A simulated site and a source that reads it, with every request counted. The caller closes `jira`. */
export async function connectJira(options: Options = {}): Promise<JiraWorld> {
  const clock = new ManualClock(startedAt);
  const jira = await startJiraSimulator({
    seed: options.seed ?? smallSite,
    clock,
    burstFactor: 1_000_000,
  });
  const asked: string[] = [];
  const budget: RequestBudget = {
    admit: ({ endpoint }) => {
      asked.push(endpoint);
      return Promise.resolve();
    },
    observe: () => Promise.resolve(),
  };
  const reopen: JiraWorld["reopen"] = (settings = {}, more = {}) =>
    createJiraSource(
      sourceContext({
        connectionId,
        clock,
        budget,
        settings: JiraSettings.parse({
          baseUrl: jira.url,
          email: "hub@acme.example",
          apiToken: "token-of-the-hub",
          goalTypes: ["level 2=initiative", "level 3=objective"],
          ...options.settings,
          ...settings,
        }),
        ...options.context,
        ...more,
      }),
    );
  return { clock, jira, source: reopen(), asked, reopen };
}

/** The id that the hub gives a record of the connected site. */
export function idOf(type: FactType, native: string): FactId {
  return factId(type, "jira", connectionId, native);
}

export function nativeIdOf(change: Change): string {
  return readFactId(change.kind === "upserted" ? change.record.id : change.id)?.nativeId ?? "";
}
