import { defineConnector } from "#shared/kit/connector.ts";

import { CsvSettings } from "./settings.ts";

/** People, teams and whose accounts are whose, from files that somebody uploads. */
export const csv = defineConnector({
  name: "csv",
  title: "CSV files",
  summary:
    "People, teams and whose accounts are whose, from CSV files that you upload under “Uploads”.",
  settings: CsvSettings,
  collections: [
    {
      name: "people",
      title: "People",
      facts: ["person", "org-unit"],
      // Only the day's turn changes what a kept file says; an upload is read at once.
      pullEveryMinutes: 60,
      reconcileEveryMinutes: 24 * 60,
    },
    {
      name: "teams",
      title: "Teams",
      facts: ["org-unit"],
      pullEveryMinutes: 60,
      reconcileEveryMinutes: 24 * 60,
    },
  ],
  providesGoals: () => false,
  source: async () => (await import("./source.ts")).createCsvSource,
  files: async () => (await import("./intake.ts")).csvIntake,
});
