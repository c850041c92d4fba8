import * as z from "zod";

const OpenUrl = z.strictObject({
  type: z.literal("Action.OpenUrl"),
  title: z.string().min(1).optional(),
  url: z.url({ protocol: /^https?$/u }),
});

const TextRun = z.strictObject({
  type: z.literal("TextRun"),
  text: z.string().min(1),
  size: z.enum(["Small", "Default", "Medium", "Large", "ExtraLarge"]).optional(),
  weight: z.enum(["Lighter", "Default", "Bolder"]).optional(),
  color: z.enum(["Default", "Dark", "Light", "Accent", "Good", "Warning", "Attention"]).optional(),
  isSubtle: z.boolean().optional(),
  selectAction: OpenUrl.optional(),
});

/** A card as far as messages use one; whatever else is refused, as a typo would be. */
const Card = z.strictObject({
  $schema: z.literal("http://adaptivecards.io/schemas/adaptive-card.json"),
  type: z.literal("AdaptiveCard"),
  version: z.literal("1.4"),
  fallbackText: z.string().min(1),
  body: z
    .array(
      z.strictObject({
        type: z.literal("RichTextBlock"),
        spacing: z.enum(["None", "Small", "Default", "Medium", "Large"]).optional(),
        separator: z.boolean().optional(),
        inlines: z.array(TextRun).min(1),
      }),
    )
    .min(1),
  actions: z.array(OpenUrl).max(6).optional(),
  msteams: z.strictObject({ width: z.literal("Full") }),
});
export type Card = z.infer<typeof Card>;

/** What a workflow's webhook takes (https://adaptivecards.io/explorer, 2026-11). */
export const TeamsMessage = z.strictObject({
  type: z.literal("message"),
  attachments: z.array(
    z.strictObject({
      contentType: z.literal("application/vnd.microsoft.card.adaptive"),
      contentUrl: z.null(),
      content: Card,
    }),
  ),
});
export type TeamsMessage = z.infer<typeof TeamsMessage>;
