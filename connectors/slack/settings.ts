import * as z from "zod";

import { serverAddress } from "#shared/kit/server-address.ts";

const fields = z.strictObject({
  webhookUrl: z
    .url({ protocol: /^https?$/u })
    .optional()
    .meta({
      title: "Webhook URL",
      description:
        "The simple way, for one channel: in Slack: Apps, Incoming Webhooks, Add to Slack, choose the channel, copy the URL. Whoever has it can post there. Leave it empty if you give a bot token.",
      secret: true,
      step: "access",
    }),
  channel: z.string().min(1).max(80).optional().meta({
    title: "Channel",
    description:
      "For people to recognise it, such as #alignment. The URL or the channel's ID decides where messages go.",
    step: "access",
  }),
  botToken: z.string().min(1).max(500).optional().meta({
    title: "Bot token",
    description:
      "The way that updates its messages and reaches people: the Bot User OAuth Token (xoxb-…) of a Slack app of yours, whose manifest is in the connector's README.",
    secret: true,
    step: "access",
  }),
  channelId: z
    .string()
    .regex(
      /^[CDG][A-Z0-9]{6,20}$/u,
      "A channel's ID is like C0123456789, as its details in Slack say",
    )
    .optional()
    .meta({
      title: "Channel ID",
      description:
        "With a bot token: the channel to post to, as the bottom of the channel's details in Slack says. Invite the app to a private one.",
      step: "access",
    }),
  webhookSecret: z.string().min(8).max(200).optional().meta({
    title: "Signing secret",
    description:
      "For buttons: the Signing Secret of the Slack app (Basic Information). With it, messages can be answered where they are shown; without it they have no buttons. While it is being changed: the old and the new one, with a space between.",
    secret: true,
  }),
  buttons: z.boolean().default(true).meta({
    title: "Buttons in messages",
    description:
      "Whether alerts can be acknowledged, snoozed and contested in Slack. Needs the signing secret.",
    step: "special",
  }),
  apiUrl: serverAddress().default("https://slack.com/api").meta({
    title: "API address",
    description:
      "Leave it as it is, unless you connect a server that speaks Slack's protocol and that the whole internet can reach.",
    step: "special",
  }),
});

/** A channel is reached in one of two ways: by the URL of an incoming webhook, or by an app's bot. */
export const SlackSettings = fields.superRefine(({ webhookUrl, botToken, channelId }, context) => {
  const issue = (path: string, message: string) =>
    context.addIssue({ code: "custom", path: [path], message });
  if (webhookUrl === undefined && botToken === undefined) {
    issue("webhookUrl", "Give the URL of an incoming webhook, or a bot token and a channel's ID");
  }
  if (webhookUrl !== undefined && botToken !== undefined) {
    issue("webhookUrl", "Give either the URL of an incoming webhook or a bot token, not both");
  }
  if (botToken !== undefined && channelId === undefined) {
    issue("channelId", "Say which channel the bot shall post to");
  }
  if (botToken === undefined && channelId !== undefined) {
    issue("botToken", "A channel's ID goes with a bot token; a webhook's URL says it already");
  }
});
export type SlackSettings = z.infer<typeof SlackSettings>;

export interface BotSettings extends SlackSettings {
  readonly botToken: string;
  readonly channelId: string;
}

export interface WebhookSettings extends SlackSettings {
  readonly webhookUrl: string;
}

export function isWebhook(settings: SlackSettings): settings is WebhookSettings {
  return settings.webhookUrl !== undefined;
}

/** Whether an app's bot posts, and not a webhook. */
export function isBot(settings: SlackSettings): settings is BotSettings {
  return settings.botToken !== undefined && settings.channelId !== undefined;
}

/** A press that cannot be verified would be dropped: no secret, no buttons. */
export function showsButtons({ buttons, webhookSecret }: SlackSettings): boolean {
  return buttons && webhookSecret !== undefined;
}
