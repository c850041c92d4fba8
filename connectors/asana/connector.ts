import { defineConnector } from "#shared/kit/connector.ts";

import { recognizeUrl } from "./recognize-url.ts";
import { AsanaSettings } from "./settings.ts";

/** Asana: data only, so that whoever lists connectors does not load its client. */
export const asana = defineConnector({
  name: "asana",
  title: "Asana",
  summary:
    "Tasks, projects, portfolios and goals of Asana workspaces, and who they are assigned to.",
  settings: AsanaSettings,
  writeBackSetting: "writeBackField",
  commentsSetting: "comments",
  collections: [
    {
      name: "users",
      title: "Users",
      facts: ["account"],
      pullEveryMinutes: 120,
      reconcileEveryMinutes: 24 * 60,
    },
    {
      name: "projects",
      title: "Projects and portfolios",
      facts: ["work-item"],
      pullEveryMinutes: 15,
      reconcileEveryMinutes: 6 * 60,
    },
    {
      name: "tasks",
      title: "Tasks",
      facts: ["work-item"],
      pullEveryMinutes: 10,
      reconcileEveryMinutes: 12 * 60,
    },
    // Webhooks tell nothing of goals, so they are read whole and often; there are few.
    {
      name: "goals",
      title: "Goals",
      facts: ["goal"],
      pullEveryMinutes: 5,
      reconcileEveryMinutes: 60,
    },
  ],
  // One request for each task that matters: a few dozen at a time, a few times a day.
  historiesEveryMinutes: 6 * 60,
  providesGoals: () => true,
  recognizeUrl,
  // Asana sends a heartbeat every eight hours (webhooks guide, read 2026-11-21).
  quietMinutesMax: 9 * 60,
  oauth: async () => (await import("./oauth.ts")).asanaOAuth,
  source: async () => (await import("./source.ts")).createAsanaSource,
  webhook: async () => (await import("./webhook.ts")).asanaWebhook,
});
