import { defineConnector } from "#shared/kit/connector.ts";

import { HibobSettings } from "./settings.ts";

/** HiBob: who works here, in which team, for whom, now and on the days ahead. */
export const hibob = defineConnector({
  name: "hibob",
  title: "HiBob",
  summary:
    "People, teams and reporting lines, moves ahead included. Only names, work e-mail, unit, manager, site, status and dates are read.",
  settings: HibobSettings,
  collections: [
    {
      name: "people",
      title: "People",
      facts: ["person", "org-unit"],
      // HiBob has no list of changes: each pull reads everybody. Webhooks tell what happens in between.
      pullEveryMinutes: 60,
      reconcileEveryMinutes: 24 * 60,
    },
  ],
  providesGoals: () => false,
  source: async () => (await import("./source.ts")).createHibobSource,
  webhook: async () => (await import("./webhook.ts")).hibobWebhook,
});
