import { createHmac } from "node:crypto";

import { exampleSeed } from "#connectors/asana/simulator/example-seed.ts";
import { startAsanaSimulator } from "#connectors/asana/simulator/start-asana-simulator.ts";
import type { BambooSeedInput } from "#connectors/bamboohr/simulator/seed.ts";
import { startBambooSimulator } from "#connectors/bamboohr/simulator/start-bamboohr-simulator.ts";
import { startJiraSimulator } from "#connectors/jira/simulator/server.ts";
import { smallSite } from "#connectors/jira/simulator/small-site.ts";
import { Instant } from "#shared/model/time.ts";
import { wallClock } from "#shared/testing/simulator/wall-clock.ts";

const lastChanged = Instant.parse("2026-11-01T08:00:00.000Z");
const people: BambooSeedInput = {
  companyDomain: "acme",
  apiKey: "key-of-the-small-company",
  employees: ["11", "12", "13"].map((id) => ({
    id,
    employeeNumber: `E${id}`,
    firstName: "Ana",
    lastName: `Silva ${id}`,
    workEmail: `ana${id}@acme.example`,
    division: "Engineering",
    department: "Payments",
    supervisorEId: id === "11" ? null : "11",
    lastChanged,
  })),
};

/** A webhook as a source would send it. */
export interface SignedDelivery {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One small tool: how to connect it, and how it signs. */
export interface SmallTool {
  readonly connector: "jira" | "asana" | "bamboohr";
  readonly settings: Readonly<Record<string, unknown>>;
  /** Name of the setting that holds the credential, and of one that must not be missing. */
  readonly secretField: string;
  /** The header that carries the signature. */
  readonly signatureHeader: string;
  /** Something that the tool would really send. */
  readonly event: unknown;
  /** The secrets of the webhooks that the hub has registered there. */
  webhookSecrets(): readonly string[];
  /** Signs a body as the tool does, with a secret that the hub knows. */
  sign(body: string): SignedDelivery;
}

export interface SmallTools {
  readonly jira: SmallTool;
  readonly asana: SmallTool;
  readonly bamboohr: SmallTool;
  readonly all: readonly SmallTool[];
  close(): Promise<void>;
}

/** Starts a Jira, an Asana and a BambooHR with a handful of records each: for stories about the edges. */
export async function startSmallTools(): Promise<SmallTools> {
  const clock = wallClock;
  const jiraSite = await startJiraSimulator({ seed: smallSite, clock });
  const asanaSite = await startAsanaSimulator({ seed: exampleSeed, clock });
  const bambooSite = await startBambooSimulator({ seed: people, clock });
  const [credential] = smallSite.credentials;
  const json = { "content-type": "application/json" };
  const hmac = (secret: string, text: string) =>
    createHmac("sha256", secret).update(text).digest("hex");

  const jira: SmallTool = {
    connector: "jira",
    settings: {
      baseUrl: jiraSite.url,
      email: credential.email,
      apiToken: credential.apiToken,
      goalTypes: ["Objective=objective", "Initiative=initiative"],
    },
    secretField: "apiToken",
    signatureHeader: "X-Hub-Signature",
    event: { timestamp: clock.nowMs(), webhookEvent: "jira:issue_updated", issue: { id: "10103" } },
    webhookSecrets: () => [...jiraSite.state.webhooks.values()].flatMap((one) => one.secret ?? []),
    sign: (body) => {
      const signature = `sha256=${hmac(jira.webhookSecrets()[0] ?? "", body)}`;
      return { headers: { ...json, "X-Hub-Signature": signature }, body };
    },
  };
  const asana: SmallTool = {
    connector: "asana",
    settings: {
      baseUrl: asanaSite.apiUrl,
      token: exampleSeed.token,
      workspaces: exampleSeed.workspaces.map(({ gid }) => gid),
    },
    secretField: "token",
    signatureHeader: "X-Hook-Signature",
    event: {
      events: [
        {
          action: "changed",
          created_at: clock.now(),
          resource: { gid: exampleSeed.tasks[0]?.gid ?? "", resource_type: "task" },
        },
      ],
    },
    webhookSecrets: () => [...asanaSite.state.webhooks.values()].map(({ secret }) => secret),
    sign: (body) => {
      const signature = hmac(asana.webhookSecrets()[0] ?? "", body);
      return { headers: { ...json, "X-Hook-Signature": signature }, body };
    },
  };
  const bamboohr: SmallTool = {
    connector: "bamboohr",
    settings: {
      companyDomain: people.companyDomain,
      apiKey: people.apiKey,
      baseUrl: bambooSite.apiUrl,
    },
    secretField: "apiKey",
    signatureHeader: "X-BambooHR-Signature",
    event: {
      type: "employee.updated",
      timestamp: clock.now(),
      data: { companyId: "48151", employeeId: "12", changedFields: ["department"] },
    },
    webhookSecrets: () => [...bambooSite.state.webhooks.values()].map((one) => one.privateKey),
    sign: (body) => {
      const timestamp = String(Math.floor(clock.nowMs() / 1000));
      const signature = hmac(bamboohr.webhookSecrets()[0] ?? "", body + timestamp);
      const headers = { "X-BambooHR-Timestamp": timestamp, "X-BambooHR-Signature": signature };
      return { headers: { ...json, ...headers }, body };
    },
  };
  const sites = [jiraSite, asanaSite, bambooSite];
  return {
    jira,
    asana,
    bamboohr,
    all: [jira, asana, bamboohr],
    close: async () => {
      await Promise.all(sites.map((site) => site.close()));
    },
  };
}
