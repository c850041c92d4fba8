import * as z from "zod";

const actor = { actorId: z.string().optional() };
/** Whose webhooks: those of one app, registered in the name of one user. */
const owner = { clientId: z.string(), accountId: z.string() };

/** What may happen to the webhooks that OAuth apps register for themselves. */
export const DynamicWebhookOperation = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("registerDynamicWebhook"),
    ...owner,
    url: z.url(),
    events: z.array(z.string()).min(1),
    jqlFilter: z.string(),
    fieldIdsFilter: z.array(z.string()).optional(),
    issuePropertyKeysFilter: z.array(z.string()).optional(),
    ...actor,
  }),
  /** Extends them to 30 days from now; the ids of others and unknown ones are ignored. */
  z.strictObject({
    kind: z.literal("refreshDynamicWebhooks"),
    ...owner,
    ids: z.array(z.int()),
    ...actor,
  }),
  z.strictObject({
    kind: z.literal("deleteDynamicWebhooks"),
    ...owner,
    ids: z.array(z.int()),
    ...actor,
  }),
  /** As if their 30 days were over. */
  z.strictObject({ kind: z.literal("expireDynamicWebhooks"), ...actor }),
]);
export type DynamicWebhookOperation = z.infer<typeof DynamicWebhookOperation>;
