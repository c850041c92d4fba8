import { defineConnector } from "#shared/kit/connector.ts";

import { ScimSettings } from "./settings.ts";

/** A directory that sends: Microsoft Entra, Okta and whatever else provisions by SCIM 2.0. */
export const scim = defineConnector({
  name: "scim",
  title: "SCIM directory",
  summary:
    "People, managers and groups, sent by Microsoft Entra, Okta or another identity provider. Only names, work e-mail, unit, manager, place of work and status are kept.",
  settings: ScimSettings,
  collections: [
    {
      name: "users",
      title: "Users",
      facts: ["person", "org-unit"],
      // What is sent is read at once; this finds what a lost message left unread.
      pullEveryMinutes: 60,
      reconcileEveryMinutes: 24 * 60,
    },
    {
      name: "groups",
      title: "Groups",
      facts: ["org-unit"],
      pullEveryMinutes: 60,
      reconcileEveryMinutes: 24 * 60,
    },
  ],
  providesGoals: () => false,
  sendsTo: "/scim/v2",
  source: async () => (await import("./source.ts")).createScimSource,
});
