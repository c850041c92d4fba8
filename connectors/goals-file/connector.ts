import { defineConnector } from "#shared/kit/connector.ts";

import { GoalsFileSettings } from "./settings.ts";

/** Goals from a file, for companies whose goals live in no tool. */
export const goalsFile = defineConnector({
  name: "goals-file",
  title: "Goals file",
  summary:
    "A goal tree from a YAML or CSV file, with the work that supports each goal named by URL.",
  settings: GoalsFileSettings,
  collections: [
    {
      name: "goals",
      title: "Goals",
      facts: ["goal"],
      pullEveryMinutes: 15,
      // A pull reads the whole file; only a reconcile finds out what is no longer in it.
      reconcileEveryMinutes: 60,
    },
  ],
  providesGoals: () => true,
  source: async () => (await import("./source.ts")).createGoalsFileSource,
});
