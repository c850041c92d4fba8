import { JiraSession } from "#connectors/jira/session.ts";
import { JiraSettings } from "#connectors/jira/settings.ts";
import { createJiraSource } from "#connectors/jira/source.ts";
import { systemClock } from "#shared/adapters/system-clock.ts";
import type { Source, SourceContext } from "#shared/kit/connector.ts";
import { unlimitedBudget } from "#shared/kit/request-budget.ts";
import { connectionId } from "#shared/model/ids.ts";
import { sourceContext } from "#shared/testing/source-context.ts";

import { siteAccount, siteApp } from "./bulk-site.ts";
import type { ReadRequest, SiteAccess } from "./messages.ts";

export const readConnection = connectionId("benchread0");

type Asked = Pick<ReadRequest, "access" | "lanes">;

/** The connector's readable side by API token: ids, then issues by id. */
export function tokenSource(asked: Asked): Source {
  return createJiraSource(tokenContext(asked));
}

/** By a consent to an app: windows of creation side by side. Nothing limits it here. */
export function consentedSource({ access, lanes }: Asked): Source {
  const { gatewayUrl: baseUrl, url: siteUrl, accessToken } = access;
  const settings = JiraSettings.parse({ baseUrl, siteUrl, readsAtOnce: lanes });
  const tokens = { app: siteApp, read: () => Promise.resolve(accessToken) };
  return createJiraSource(sourceContext({ ...base, settings, tokens }));
}

/** The fields that the connector asks this site for. */
export async function fieldsAsked(access: SiteAccess): Promise<readonly string[]> {
  return new JiraSession(tokenContext({ access, lanes: 1 })).fieldsToRead();
}

const base = {
  connectionId: readConnection,
  clock: systemClock,
  budget: unlimitedBudget,
} as const;

function tokenContext({ access, lanes }: Asked): SourceContext<JiraSettings> {
  const settings = JiraSettings.parse({ baseUrl: access.url, ...siteAccount, readsAtOnce: lanes });
  return sourceContext({ ...base, settings });
}
