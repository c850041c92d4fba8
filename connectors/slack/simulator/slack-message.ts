import * as z from "zod";

const plain = (max: number) =>
  z.looseObject({ type: z.literal("plain_text"), text: z.string().min(1).max(max) });

const Text = z.discriminatedUnion("type", [
  plain(3000),
  z.looseObject({ type: z.literal("mrkdwn"), text: z.string().min(1).max(3000) }),
]);

const Option = z.looseObject({ text: plain(75), value: z.string().min(1).max(150) });

const Element = z.discriminatedUnion("type", [
  z.looseObject({
    type: z.literal("button"),
    action_id: z.string().min(1).max(255),
    text: plain(75),
    value: z.string().max(2000).optional(),
  }),
  z.looseObject({
    type: z.literal("static_select"),
    action_id: z.string().min(1).max(255),
    placeholder: plain(150),
    options: z.array(Option).min(1).max(100),
  }),
]);
export type Element = z.infer<typeof Element>;

/** The blocks that a message may hold here, with Slack's limits; others are refused, as a typo would be. */
const Block = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("header"), text: plain(150) }),
  z.looseObject({ type: z.literal("section"), text: Text }),
  z.looseObject({ type: z.literal("context"), elements: z.array(Text).min(1).max(10) }),
  z.looseObject({
    type: z.literal("actions"),
    block_id: z.string().min(1).max(255),
    elements: z.array(Element).min(1).max(25),
  }),
  z.looseObject({ type: z.literal("divider") }),
]);
export type Block = z.infer<typeof Block>;

/** What an incoming webhook takes (https://docs.slack.dev/reference/block-kit/blocks, 2026-11). */
export const SlackMessage = z.looseObject({
  text: z.string().min(1).max(40_000),
  blocks: z.array(Block).max(50).optional(),
});
export type SlackMessage = z.infer<typeof SlackMessage>;
