import { join } from "node:path";

import type { AsanaSimulator } from "#connectors/asana/simulator/start-asana-simulator.ts";
import { startAsanaSimulator } from "#connectors/asana/simulator/start-asana-simulator.ts";
import type { BambooSimulator } from "#connectors/bamboohr/simulator/start-bamboohr-simulator.ts";
import { startBambooSimulator } from "#connectors/bamboohr/simulator/start-bamboohr-simulator.ts";
import type { JiraSimulator } from "#connectors/jira/simulator/server.ts";
import { startJiraSimulator } from "#connectors/jira/simulator/server.ts";
import type { SlackSimulator } from "#connectors/slack/simulator/start-slack-simulator.ts";
import { startSlackSimulator } from "#connectors/slack/simulator/start-slack-simulator.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";

import type { Company } from "./company.ts";
import { createCompany } from "./create-company.ts";
import { startLife } from "./life.ts";
import type { Life } from "./life.ts";
import { readMemory, writeMemory } from "./memory-file.ts";
import type { SampleMemory } from "./memory-file.ts";
import { toAsanaSeed } from "./to-asana-seed.ts";
import { toBambooSeed } from "./to-bamboo-seed.ts";
import { toJiraSeed } from "./to-jira-seed.ts";

export interface SampleOptions {
  readonly dataDir: string;
  readonly seed: number;
  /** Ordinary events a minute; 0 keeps the company still. */
  readonly pacePerMinute: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Multiplies the vendors' waits between webhook retries, which are minutes. Default 1. */
  readonly timeScale?: number;
}

/** The company with its four tools running, each on an address that stays over restarts. */
export interface SampleCompany {
  readonly company: Company;
  readonly tools: readonly { readonly name: string; readonly url: string }[];
  readonly jira: JiraSimulator;
  readonly asana: AsanaSimulator;
  readonly bamboo: BambooSimulator;
  readonly slack: SlackSimulator;
  readonly life: Life;
  close(): Promise<void>;
}

/**
 * Starts the simulated tools of the sample company. What happens in them is journaled before its
 * webhooks leave, so after a restart, even after `kill -9`, they hold what the hub was told of.
 */
export async function startSampleCompany(options: SampleOptions): Promise<SampleCompany> {
  const { dataDir, clock, logger, timeScale = 1 } = options;
  const path = join(dataDir, "sample.json");
  const known = readMemory(path) ?? { seed: options.seed, asOf: clock.now(), ports: {} };
  const company = createCompany(known);
  const journal = (tool: string) => join(dataDir, `sample-${tool}.jsonl`);

  const asanaSide = toAsanaSeed(company);
  const asana = await onPort(known.ports.asana, (port) =>
    startAsanaSimulator({
      seed: asanaSide.seed,
      clock,
      port,
      timeScale,
      journalPath: journal("asana"),
    }),
  );
  const jiraSeed = toJiraSeed(company, asanaSide.places(asana.url));
  const jira = await onPort(known.ports.jira, (port) =>
    startJiraSimulator({ seed: jiraSeed, clock, port, timeScale, journalPath: journal("jira") }),
  );
  const bamboo = await onPort(known.ports.bamboohr, (port) =>
    startBambooSimulator({
      seed: toBambooSeed(company),
      clock,
      port,
      timeScale,
      journalPath: journal("bamboohr"),
    }),
  );
  const slack = await onPort(known.ports.slack, (port) =>
    startSlackSimulator({ clock, port, journalPath: journal("slack"), channel: "#alignment" }),
  );
  const ports: SampleMemory["ports"] = {
    asana: asana.port,
    jira: jira.port,
    bamboohr: bamboo.port,
    slack: slack.port,
  };
  writeMemory(path, { ...known, ports });
  const life = startLife({ ...options, seed: known.seed, company, jira, asana, bamboo });
  logger.info("sample.started", { people: company.people.length, items: company.items.length });
  return {
    company,
    tools: [
      { name: "Jira", url: jira.url },
      { name: "Asana", url: asana.url },
      { name: "BambooHR", url: bamboo.url },
      { name: "Slack", url: slack.url },
    ],
    jira,
    asana,
    bamboo,
    slack,
    life,
    close: async () => {
      await life.stop();
      await Promise.all([jira, asana, bamboo, slack].map((tool) => tool.close()));
    },
  };
}

/** The remembered port, or any free one where somebody else has taken it. */
async function onPort<T>(
  port: number | undefined,
  start: (port: number) => Promise<T>,
): Promise<T> {
  if (port === undefined) return start(0);
  try {
    return await start(port);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") return start(0);
    throw error;
  }
}
