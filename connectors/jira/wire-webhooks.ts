import * as z from "zod";

/** The section of an administrator's webhook that holds its JQL filter. */
export const issueFilterSection = "issue-related-events-section";

/** An administrator's webhook. */
export const WireWebhook = z.looseObject({
  self: z.string(),
  url: z.string(),
  enabled: z.boolean().optional(),
  events: z.array(z.string()).optional(),
  filters: z.looseObject({ [issueFilterSection]: z.string().nullish() }).nullish(),
});
export type WireWebhook = z.infer<typeof WireWebhook>;

/** An app's webhook. Its end is a number in the document's schema and a text in its example. */
export const WireDynamic = z.looseObject({
  id: z.int(),
  url: z.string().default(""),
  events: z.array(z.string()).default([]),
  jqlFilter: z.string().default(""),
  expirationDate: z.unknown().optional(),
});
export type WireDynamic = z.infer<typeof WireDynamic>;

export const WireDynamicPage = z.looseObject({
  isLast: z.boolean().optional(),
  values: z.array(WireDynamic).default([]),
});
export type WireDynamicPage = z.infer<typeof WireDynamicPage>;

export const WireRegistered = z.looseObject({
  webhookRegistrationResult: z
    .array(
      z.looseObject({
        createdWebhookId: z.int().optional(),
        errors: z.array(z.string()).optional(),
      }),
    )
    .default([]),
});
