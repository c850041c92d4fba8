import { defineConnector } from "#shared/kit/connector.ts";

import { EmailSettings } from "./settings.ts";

/** Mail, through any mail server or Amazon SES. */
export const email = defineConnector({
  name: "email",
  title: "E-mail",
  summary: "Writes to people at their work address, through your mail server or Amazon SES.",
  settings: EmailSettings,
  collections: [],
  providesGoals: () => false,
  notifier: async () => (await import("./notifier.ts")).createEmailNotifier,
  notifierTraits: ({ to }) => ({
    reaches: to === undefined ? ["person"] : ["person", "channel"],
    // What is over shows in the next digest: another mail about nothing left to do is one too many.
    end: "nothing",
  }),
});
