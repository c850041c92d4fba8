import { wallClock } from "#shared/testing/simulator/wall-clock.ts";

import { HubApi } from "./hub-api.ts";
import { HubProcess } from "./hub-process.ts";
import { type SourceTools, sourceTools } from "./source-tools.ts";
import { temporaryDir } from "./temporary-dir.ts";
import { until } from "./until.ts";

/** A hub with the sample company, which keeps still unless a story moves it. */
export interface SampleHub {
  readonly hub: HubProcess;
  readonly api: HubApi;
  readonly tools: SourceTools;
  end(): Promise<void>;
}

/** Starts it and waits until everything is read, listed, and the first alerts are told of. */
export async function startSampleHub(logLevel: "debug" | "warn" = "warn"): Promise<SampleHub> {
  const directory = await temporaryDir();
  const hub = HubProcess.spawn({ dataDir: directory.path, args: ["--pace", "0"], logLevel });
  const end = async (): Promise<void> => {
    await hub.end();
    await directory.remove();
  };
  try {
    await hub.ready();
    const api = new HubApi(hub.url);
    await until("all sources are read", async () => isWhole(api), {
      withinMs: 60_000,
      everyMs: 250,
      seen: () => api.connections(),
    });
    await api.quiet();
    // Lists come from a picture of the whole graph that may be some seconds old.
    const readAt = wallClock.now();
    await until("a picture taken since", async () => (await api.coverage()).asOf > readAt, {
      withinMs: 60_000,
      everyMs: 250,
    });
    return { hub, api, tools: await sourceTools(api, hub.output), end };
  } catch (error) {
    await end();
    throw error;
  }
}

async function isWhole(api: HubApi): Promise<boolean> {
  const connections = await api.connections();
  return connections.length === 4 && connections.every(({ isReady }) => isReady);
}
