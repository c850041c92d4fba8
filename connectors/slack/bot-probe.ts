import * as z from "zod";

import type { ErrorCode } from "#shared/errors.ts";
import { HubError } from "#shared/errors.ts";

import { isCredentialError, missingScopes } from "./web-api-errors.ts";
import type { Bot, Called } from "./web-api.ts";
import { callSlack } from "./web-api.ts";

/** What the app's manifest asks for; `chat:write.public` is for channels that the app is not in. */
const scopesNeeded = [
  "chat:write",
  "channels:read",
  "groups:read",
  "im:write",
  "reactions:write",
  "users:read",
  "users:read.email",
];

const Who = z.looseObject({ team: z.string().default("Slack"), user: z.string().default("a bot") });
const Info = z.looseObject({
  channel: z.looseObject({
    name: z.string().optional(),
    is_archived: z.boolean().optional(),
    is_member: z.boolean().optional(),
    is_private: z.boolean().optional(),
  }),
});

/** Whether the bot may do what it will be asked to, and where; nobody sees anything. */
export async function probeBot(bot: Bot): Promise<{ readonly identity: string }> {
  const who = await callSlack(bot, { method: "auth.test", args: {}, schema: Who });
  if (!who.isOk) throw errorOf(who);
  assertScopes(who.scopes);
  const info = await callSlack(bot, {
    method: "conversations.info",
    args: { channel: bot.channelId },
    schema: Info,
  });
  if (!info.isOk) throw errorOf(info);
  const { channel } = info.data;
  assertPostable(channel, who.scopes);
  const { team, user } = who.data;
  const place = channel.name === undefined ? bot.channelId : `#${channel.name}`;
  return { identity: `${place} in ${team}, as ${user}` };
}

/** Where Slack does not say which scopes there are, the first message will. */
function assertScopes(scopes: readonly string[] | undefined): void {
  const missing = scopes === undefined ? [] : scopesNeeded.filter((one) => !scopes.includes(one));
  if (missing.length === 0) return;
  const details = { missing: missing.join(" ") };
  throw new HubError("connector.forbidden", missingScopes(missing), { details });
}

function assertPostable(
  { is_archived, is_member, is_private }: z.infer<typeof Info>["channel"],
  scopes: readonly string[] = [],
): void {
  if (is_archived === true) {
    throw new HubError("connector.not-found", "The channel is archived: choose another");
  }
  const mayPostUninvited = is_private !== true && scopes.includes("chat:write.public");
  if (is_member === false && !mayPostUninvited) {
    throw new HubError("connector.forbidden", "The app is not in the channel: invite it there");
  }
}

function errorOf({ failed, code, lost }: Extract<Called<unknown>, { isOk: false }>): HubError {
  const details = code === undefined ? {} : { slack: code.slice(0, 60) };
  if (lost === "forbidden") return new HubError("connector.misconfigured", failed.reason);
  if (failed.outcome === "retry") {
    const { afterMs: retryAfterMs, reason } = failed;
    const why = lost === undefined ? passingCode(reason) : "connector.unreachable";
    return new HubError(why, reason, { retryAfterMs, details });
  }
  return new HubError(codeFor(failed, code), failed.reason, { details });
}

function passingCode(reason: string): ErrorCode {
  return /429|rate_?limited/u.test(reason) ? "connector.rate-limited" : "connector.unavailable";
}

function codeFor(failed: { readonly outcome: string }, code: string | undefined): ErrorCode {
  if (failed.outcome === "uncertain") return "connector.unreachable";
  if (code === undefined) return "connector.unauthorized";
  if (isCredentialError(code)) return "connector.unauthorized";
  return code === "channel_not_found" ? "connector.not-found" : "connector.forbidden";
}
