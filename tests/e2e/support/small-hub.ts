import * as z from "zod";

import { HubApi } from "./hub-api.ts";
import { HubProcess } from "./hub-process.ts";
import { type SmallTool, type SmallTools, startSmallTools } from "./small-tools.ts";
import { temporaryDir } from "./temporary-dir.ts";
import { until } from "./until.ts";

/** An empty hub with three small tools connected to it through its API. */
export interface SmallHub {
  readonly hub: HubProcess;
  readonly api: HubApi;
  readonly tools: SmallTools;
  readonly dataDir: string;
  /** Ids of the connections, by connector. */
  readonly ids: Readonly<Record<SmallTool["connector"], string>>;
  end(): Promise<void>;
}

export async function startSmallHub(logLevel: "debug" | "warn" = "warn"): Promise<SmallHub> {
  const directory = await temporaryDir();
  const tools = await startSmallTools();
  const hub = HubProcess.spawn({ dataDir: directory.path, args: ["--no-sample"], logLevel });
  const end = async (): Promise<void> => {
    await hub.end();
    await tools.close();
    await directory.remove();
  };
  try {
    await hub.ready();
    const api = new HubApi(hub.url);
    const ids = {
      jira: await connect(api, tools.jira),
      asana: await connect(api, tools.asana),
      bamboohr: await connect(api, tools.bamboohr),
    };
    await until("all is read and every webhook registered", async () => isWhole(api), {
      withinMs: 60_000,
      seen: () => api.connections(),
    });
    await api.quiet();
    return { hub, api, tools, dataDir: directory.path, ids, end };
  } catch (error) {
    await end();
    throw error;
  }
}

async function connect(api: HubApi, { connector, settings }: SmallTool): Promise<string> {
  const body = { connector, name: `Small ${connector}`, settings };
  return z.looseObject({ id: z.string() }).parse(await api.post("/api/connections", body)).id;
}

async function isWhole(api: HubApi): Promise<boolean> {
  const connections = await api.connections();
  return connections.every(
    ({ isReady, subscriptions }) =>
      isReady && subscriptions.length > 0 && subscriptions.every(({ state }) => state === "active"),
  );
}
