import type { Failed } from "./errors.ts";
import { waitMs } from "./errors.ts";

/*
 * What the Web API says in the body of a 200, `{"ok":false,"error":"…"}`
 * (https://docs.slack.dev/reference/methods/chat.postMessage#errors, …/chat.update#errors, 2026-11).
 */

/** The app or its token is of no use any more: nothing that it sends will arrive. */
const credential: Readonly<Record<string, string>> = {
  invalid_auth: "The bot token is not valid: copy it again",
  not_authed: "The bot token is missing",
  account_inactive: "The app was removed from the workspace, or its bot disabled",
  token_revoked: "The bot token was revoked: install the app again",
  token_expired: "The bot token has expired: install the app again",
  no_permission: "The bot token may not post: is it the Bot User OAuth Token?",
  not_allowed_token_type: "This kind of token may not post: take the Bot User OAuth Token",
  team_access_not_granted: "The app is not allowed in this workspace any more",
  ekm_access_denied: "Admins of the workspace have suspended posting",
};

/** The channel takes nothing any more. */
const channel: Readonly<Record<string, string>> = {
  channel_not_found: "The channel does not exist, or is private and the app is not in it",
  is_archived: "The channel is archived",
  is_inactive: "The channel is archived",
};

/** This message, or this recipient; others may do. */
const refusals: Readonly<Record<string, string>> = {
  not_in_channel: "The app is not in the channel: invite it there",
  restricted_action: "The workspace does not allow the app to post there",
  restricted_action_read_only_channel: "The channel is read-only",
  restricted_action_thread_only_channel: "The channel takes replies only",
  users_not_found: "Nobody in the workspace has this work address",
  user_not_found: "Nobody in the workspace has this work address",
  user_disabled: "The recipient's account in Slack is disabled",
  user_not_visible: "The app may not see the recipient's account",
  cannot_dm_bot: "The address is a bot's, which reads no messages",
  messages_tab_disabled: "The app may not write to people: enable its Messages tab",
  message_not_found: "The message was deleted in Slack",
  cant_update_message: "The message is not the app's own any more",
  edit_window_closed: "The workspace does not allow changing so old a message",
  msg_too_long: "Slack found the message too long",
  invalid_blocks: "Slack did not understand the message",
  invalid_blocks_format: "Slack did not understand the message",
};

/** Nothing was done; it may work later. */
const passing: ReadonlySet<string> = new Set([
  "ratelimited",
  "rate_limited",
  "service_unavailable",
  "request_timeout",
  "team_added_to_org",
  "org_login_required",
  "external_channel_migrating",
  "update_failed",
]);

/** "It's possible some aspect of the operation succeeded before the error was raised." */
const unclear: ReadonlySet<string> = new Set(["fatal_error", "internal_error"]);

export interface ApiError {
  readonly code: string;
  /** Which scope a `missing_scope` misses. */
  readonly needed?: string | undefined;
  readonly retryAfter: string | null;
}

/** What an error means for a message. `isPerson`: a channel that is gone then is theirs alone. */
export function outcomeOfApiError(
  { code, needed, retryAfter }: ApiError,
  isPerson: boolean,
): Failed {
  if (passing.has(code)) {
    return { outcome: "retry", afterMs: waitMs(retryAfter), reason: `Slack said ${code}` };
  }
  if (unclear.has(code)) return { outcome: "uncertain", reason: `Slack said ${code}` };
  const broken = credential[code] ?? (isPerson ? undefined : channel[code]);
  if (broken !== undefined) return { outcome: "refused", reason: broken, isGone: true };
  if (code === "missing_scope")
    return { outcome: "refused", reason: missingScopes([needed ?? ""]) };
  const reason = refusals[code] ?? channel[code] ?? `Slack refused the message (${safeCode(code)})`;
  return { outcome: "refused", reason };
}

export function isCredentialError(code: string): boolean {
  return code in credential;
}

export function missingScopes(scopes: readonly string[]): string {
  const named = scopes.map(safeScope).filter((scope) => scope !== "");
  const which = named.length === 0 ? "a scope" : named.join(", ");
  return `The app lacks ${which}: add it under OAuth & Permissions and install the app again`;
}

/** Slack's codes are words of small letters; anything else is not Slack's and not for repeating. */
function safeCode(code: string): string {
  return /^[a-z][a-z0-9_]{1,60}$/u.test(code) ? code : "for a reason of its own";
}

function safeScope(scope: string): string {
  return /^[a-z][a-z.:]{1,60}$/u.test(scope) ? scope : "";
}
