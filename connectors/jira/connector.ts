import { defineConnector } from "#shared/kit/connector.ts";

import { recognizeJiraUrl } from "./recognize-url.ts";
import { JiraSettings } from "./settings.ts";

/** Jira Cloud: issues of every level as work, or as goals where the settings say so. */
export const jira = defineConnector({
  name: "jira",
  title: "Jira Cloud",
  summary:
    "Issues of every level with their parents, links, assignees and teams. Titles, never descriptions or comments.",
  settings: JiraSettings,
  writeBackSetting: "writeBack",
  commentsSetting: "comments",
  collections: [
    {
      name: "accounts",
      title: "Accounts",
      facts: ["account"],
      pullEveryMinutes: 30,
      reconcileEveryMinutes: 24 * 60,
    },
    {
      name: "issues",
      title: "Issues",
      facts: ["work-item", "goal"],
      pullEveryMinutes: 5,
      reconcileEveryMinutes: 6 * 60,
    },
  ],
  historiesEveryMinutes: 60,
  providesGoals: (settings) =>
    [settings["goalTypes"], settings["goalLinkFields"]].some(
      (value) => Array.isArray(value) && value.length > 0,
    ),
  recognizeUrl: recognizeJiraUrl,
  oauth: async () => (await import("./oauth.ts")).jiraOAuth,
  source: async () => (await import("./source.ts")).createJiraSource,
  webhook: async () => (await import("./webhook.ts")).jiraWebhook,
});
