import { defineConnector } from "#shared/kit/connector.ts";

import { WebhookSettings } from "./settings.ts";

/** Any system that takes webhooks as Standard Webhooks has them. */
export const webhook = defineConnector({
  name: "webhook",
  title: "Webhook",
  summary: "Posts each alert, signed, to a system of your own.",
  settings: WebhookSettings,
  collections: [],
  providesGoals: () => false,
  notifier: async () => (await import("./notifier.ts")).createWebhookNotifier,
  notifierTraits: () => ({ reaches: ["channel"], isSystem: true, end: "message" }),
});
