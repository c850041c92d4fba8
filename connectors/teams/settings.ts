import * as z from "zod";

import { serverAddress } from "#shared/kit/server-address.ts";

export const TeamsSettings = z.strictObject({
  webhookUrl: serverAddress().meta({
    title: "Webhook URL",
    description:
      "Teams: the channel's menu, Workflows, Send webhook alerts to a channel, copy the URL at the end. Whoever has it can post there.",
    secret: true,
  }),
  channel: z.string().min(1).max(80).optional().meta({
    title: "Channel",
    description:
      "For people to recognise it, such as: Alignment. The URL decides where messages go.",
  }),
});
export type TeamsSettings = z.infer<typeof TeamsSettings>;
