import { defineConnector } from "#shared/kit/connector.ts";

import { TeamsSettings } from "./settings.ts";

/** A channel of Microsoft Teams, through a workflow with a webhook. */
export const teams = defineConnector({
  name: "teams",
  title: "Microsoft Teams",
  summary: "Posts alerts as cards to a channel, through a workflow's webhook.",
  settings: TeamsSettings,
  collections: [],
  providesGoals: () => false,
  notifier: async () => (await import("./notifier.ts")).createTeamsNotifier,
  notifierTraits: () => ({ reaches: ["channel"], end: "message" }),
});
