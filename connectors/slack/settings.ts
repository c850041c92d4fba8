import * as z from "zod";

export const SlackSettings = z.strictObject({
  webhookUrl: z.url({ protocol: /^https?$/u }).meta({
    title: "Webhook URL",
    description:
      "Slack: Apps, Incoming Webhooks, Add to Slack, choose the channel, copy the URL. Whoever has it can post there.",
    secret: true,
  }),
  channel: z.string().min(1).max(80).optional().meta({
    title: "Channel",
    description:
      "For people to recognise it, such as #alignment. The URL decides where messages go.",
  }),
});
export type SlackSettings = z.infer<typeof SlackSettings>;
