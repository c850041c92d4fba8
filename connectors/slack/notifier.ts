import { HubError } from "#shared/errors.ts";
import type { NotifierContext } from "#shared/kit/notifier-context.ts";
import type { Notifier } from "#shared/kit/notifier.ts";

import { createBotNotifier } from "./bot-notifier.ts";
import type { SlackSettings } from "./settings.ts";
import { isBot, isWebhook } from "./settings.ts";
import { createWebhookNotifier } from "./webhook-notifier.ts";

/** The way that the settings choose: an app's bot, or an incoming webhook. */
export function createSlackNotifier(
  settings: SlackSettings,
  { outbound }: Pick<NotifierContext, "outbound">,
): Notifier {
  if (isBot(settings)) return createBotNotifier({ ...settings, outbound });
  if (isWebhook(settings)) return createWebhookNotifier(settings, outbound);
  throw new HubError("connector.misconfigured", "Slack needs a webhook's URL or a bot token");
}
