import * as z from "zod";

const Text = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("plain_text"), text: z.string().min(1).max(3000) }),
  z.looseObject({ type: z.literal("mrkdwn"), text: z.string().min(1).max(3000) }),
]);

/** The blocks that a message may hold here, with Slack's limits; others are refused, as a typo would be. */
const Block = z.discriminatedUnion("type", [
  z.looseObject({
    type: z.literal("header"),
    text: z.looseObject({ type: z.literal("plain_text"), text: z.string().min(1).max(150) }),
  }),
  z.looseObject({ type: z.literal("section"), text: Text }),
  z.looseObject({ type: z.literal("context"), elements: z.array(Text).min(1).max(10) }),
  z.looseObject({ type: z.literal("divider") }),
]);
export type Block = z.infer<typeof Block>;

/** What an incoming webhook takes (https://docs.slack.dev/reference/block-kit/blocks, 2026-11). */
export const SlackMessage = z.looseObject({
  text: z.string().min(1).max(40_000),
  blocks: z.array(Block).max(50).optional(),
});
export type SlackMessage = z.infer<typeof SlackMessage>;
