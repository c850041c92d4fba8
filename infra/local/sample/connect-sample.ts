import * as z from "zod";

import { HubError } from "#shared/errors.ts";

import { supportLabel, supportProjectName } from "./company.ts";
import type { SampleCompany } from "./start.ts";
import { asanaToken, asanaWorkspace } from "./to-asana-seed.ts";
import { bambooApiKey, bambooDomain } from "./to-bamboo-seed.ts";
import {
  blockedByField,
  droppedStatuses,
  goalLinkField,
  jiraEmail,
  jiraToken,
  productAreaField,
} from "./to-jira-seed.ts";

/** One body of `POST /api/connections`. */
export interface ConnectionBody {
  readonly connector: string;
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** The connections of the sample company: people before work, and goals before what links to them. */
export function sampleConnections(company: SampleCompany): readonly ConnectionBody[] {
  return [
    {
      connector: "bamboohr",
      name: "Northquay people",
      settings: {
        companyDomain: bambooDomain,
        apiKey: bambooApiKey,
        orgLevels: ["division", "department", "customTeam"],
        companyName: company.company.name,
        baseUrl: company.bamboo.apiUrl,
      },
    },
    {
      connector: "asana",
      name: "Northquay Asana",
      settings: { baseUrl: company.asana.apiUrl, token: asanaToken, workspaces: [asanaWorkspace] },
    },
    {
      connector: "jira",
      name: "Northquay Jira",
      settings: {
        baseUrl: company.jira.url,
        email: jiraEmail,
        apiToken: jiraToken,
        goalTypes: ["Initiative=initiative"],
        goalLinkFields: [goalLinkField.name],
        blockedByFields: [blockedByField.name],
        keptFields: [`${productAreaField.id}=${productAreaField.name}`],
        droppedStatuses,
      },
    },
    {
      connector: "slack",
      name: "Slack #alignment",
      settings: {
        webhookUrl: company.slack.webhookUrl,
        channel: "#alignment",
        webhookSecret: company.slack.signingSecret,
      },
    },
  ];
}

const Listed = z.looseObject({
  connections: z.array(z.looseObject({ id: z.string(), connector: z.string(), name: z.string() })),
});

const ListedRules = z.looseObject({ rules: z.array(z.looseObject({ name: z.string() })) });

/** Nobody waits for the morning, or for the first reading to be over, to see what the hub has to say. */
const toldAtOnce = {
  quietFrom: "00:00",
  quietUntil: "00:00",
  workingDays: [1, 2, 3, 4, 5, 6, 7],
  baselineMinutes: 0,
};

/**
 * Connects the sample company through the hub's own API, as an ops admin would: rules and routing first,
 * without grace, hold-down or quiet hours, so that everything shows at once, also what opens again.
 * Connections that stand from an earlier start are left alone.
 */
export async function connectSample({
  hubUrl,
  company,
}: {
  readonly hubUrl: string;
  readonly company: SampleCompany;
}): Promise<void> {
  const { connections } = Listed.parse(await call(hubUrl, "GET", "/api/connections"));
  const known = new Set(connections.map(({ name }) => name));
  if (known.size === 0) {
    await setRules(hubUrl, company);
    await call(hubUrl, "PUT", "/api/routing", toldAtOnce);
  }
  for (const body of sampleConnections(company)) {
    if (!known.has(body.name)) await call(hubUrl, "POST", "/api/connections", body);
  }
  await takePresses(hubUrl, company);
}

/** Tells the sample's Slack where presses go, as an admin does in the settings of its app. */
async function takePresses(hubUrl: string, { slack }: SampleCompany): Promise<void> {
  const { connections } = Listed.parse(await call(hubUrl, "GET", "/api/connections"));
  const connection = connections.find(({ connector }) => connector === "slack");
  if (!connection) return;
  slack.perform({ kind: "setInteractivity", url: `${hubUrl}/webhooks/slack/${connection.id}` });
}

async function setRules(hubUrl: string, { asana }: SampleCompany): Promise<void> {
  const desk = asana.state.list("project").find(({ name }) => name === supportProjectName);
  const allowances = [
    { reason: "Support rotation", labels: [supportLabel] },
    { reason: "Support desk", containers: desk ? [desk.gid] : [] },
  ];
  const { rules } = ListedRules.parse(await call(hubUrl, "GET", "/api/rules"));
  for (const { name } of rules) {
    const options = name === "unlinked-work" ? { allowances } : {};
    const body = { isEnabled: true, graceMinutes: 0, holdDownMinutes: 0, options };
    await call(hubUrl, "PUT", `/api/rules/${name}`, body);
  }
}

async function call(
  hubUrl: string,
  method: "GET" | "POST" | "PUT",
  path: string,
  body?: unknown,
): Promise<unknown> {
  const response = await fetch(`${hubUrl}${path}`, {
    method,
    headers: { "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json();
  if (response.ok) return answer;
  throw new HubError("invariant.broken", `The hub refused ${method} ${path} of the sample`, {
    details: { status: response.status, answer: JSON.stringify(answer).slice(0, 500) },
  });
}
