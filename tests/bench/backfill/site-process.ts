import { startJiraSimulator } from "#connectors/jira/simulator/server.ts";
import type { JiraSimulator } from "#connectors/jira/simulator/server.ts";
import { systemClock } from "#shared/adapters/system-clock.ts";
import { dayMs } from "#shared/model/time.ts";

import { serveRequests } from "../serve-requests.ts";
import type { Stop } from "../serve-requests.ts";
import { bulkSeed, consentTo } from "./bulk-site.ts";
import type { SiteAccess, SiteAnswer, SiteRequest } from "./messages.ts";

/** Simulated Jira sites in a process of their own. Limits are so wide that nothing is ever refused. */
const sites = new Map<string, JiraSimulator>();

serveRequests(async (request: SiteRequest | Stop): Promise<SiteAnswer> => {
  switch (request.kind) {
    case "start-site":
      return { access: await start(request.issues, request.latencyMs) };
    case "count-requests": {
      const site = sites.get(request.url);
      const { requests, throttled } = site?.statistics() ?? {};
      site?.resetStatistics();
      return {
        ...(requests !== undefined && { requests }),
        ...(throttled !== undefined && { throttled }),
      };
    }
    case "stop":
      for (const site of sites.values()) await site.close();
      return {};
  }
});

async function start(issues: number, latencyMs: number): Promise<SiteAccess> {
  const jira = await startJiraSimulator({
    seed: bulkSeed(issues, systemClock.nowMs() - dayMs),
    clock: systemClock,
    burstFactor: 1_000_000,
    latencyMs,
  });
  sites.set(jira.url, jira);
  const { accessToken } = await consentTo(jira, systemClock.nowMs());
  jira.resetStatistics();
  return { url: jira.url, gatewayUrl: `${jira.url}/ex/jira/${jira.state.cloudId}`, accessToken };
}
