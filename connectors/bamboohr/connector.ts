import { defineConnector } from "#shared/kit/connector.ts";

import { BambooSettings } from "./settings.ts";

/** BambooHR: who works here, in which team, for whom. */
export const bamboohr = defineConnector({
  name: "bamboohr",
  title: "BambooHR",
  summary:
    "People, teams and reporting lines. Only names, work e-mail, unit, manager, location, status, dates and days away are read.",
  settings: BambooSettings,
  collections: [
    {
      name: "employees",
      title: "Employees",
      facts: ["person", "org-unit"],
      pullEveryMinutes: 15,
      reconcileEveryMinutes: 24 * 60,
    },
  ],
  tellsAbsences: true,
  providesGoals: () => false,
  oauth: async () => (await import("./oauth.ts")).bambooOAuth,
  source: async () => (await import("./source.ts")).createBambooSource,
  webhook: async () => (await import("./webhook.ts")).bambooWebhook,
});
