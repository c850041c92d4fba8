import { createHash } from "node:crypto";

import * as z from "zod";

import type { Instant } from "#shared/model/time.ts";
import { epochMsOf } from "#shared/model/time.ts";

import { SlackMessage } from "./slack-message.ts";

/** A message as people see it now. */
export interface PostedMessage {
  readonly at: Instant;
  readonly message: SlackMessage;
  readonly channel: string;
  readonly ts: string;
  /** The message that this one answers. */
  readonly threadTs?: string;
  readonly editedAt?: Instant;
  readonly reactions: readonly string[];
}

const at = { channel: z.string(), ts: z.string() };

/** Everything that changes what this Slack holds: what the hub does, and what people and admins do. */
export const Operation = z.discriminatedUnion("kind", [
  /** Without a channel: through the incoming webhook. */
  z.strictObject({
    kind: z.literal("post"),
    message: SlackMessage,
    channel: z.string().optional(),
    threadTs: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal("update"), ...at, message: SlackMessage }),
  z.strictObject({ kind: z.literal("react"), ...at, name: z.string(), isOn: z.boolean() }),
  z.strictObject({ kind: z.literal("deleteMessage"), ...at }),
  z.strictObject({ kind: z.literal("archiveChannel") }),
  z.strictObject({ kind: z.literal("removeWebhook") }),
  /** What every call of the Web API says from now on: `token_revoked`, `account_inactive`. */
  z.strictObject({ kind: z.literal("breakToken"), error: z.string().optional() }),
  /** What the next calls of one method say. */
  z.strictObject({
    kind: z.literal("refuse"),
    method: z.string(),
    error: z.string(),
    times: z.int().positive().default(1),
  }),
  z.strictObject({ kind: z.literal("setScopes"), scopes: z.array(z.string()) }),
  z.strictObject({ kind: z.literal("leaveCompany"), email: z.string() }),
  /** Where presses are sent, as the app's settings say under Interactivity. */
  z.strictObject({ kind: z.literal("setInteractivity"), url: z.string().max(2000) }),
]);
export type Operation = z.infer<typeof Operation>;

export const channelId = "C0ALIGNMENT";
const messagesKeptMax = 500;

export const allScopes = [
  "chat:write",
  "chat:write.public",
  "channels:read",
  "groups:read",
  "im:write",
  "reactions:write",
  "users:read",
  "users:read.email",
];

/** One workspace: a channel, whoever has a work address, and what was said. */
export class SlackState {
  #messages: PostedMessage[] = [];
  #count = 0;
  readonly #gone = new Set<string>();
  readonly #refusals: { readonly method: string; readonly error: string; left: number }[] = [];
  isArchived = false;
  isWebhookRemoved = false;
  tokenError: string | undefined;
  scopes: readonly string[] = allScopes;
  interactivityUrl = "";

  get messages(): readonly PostedMessage[] {
    return this.#messages;
  }

  find(channel: string, ts: string): PostedMessage | undefined {
    return this.#messages.find((one) => one.channel === channel && one.ts === ts);
  }

  /** The error that this call is to end with, where somebody asked for one; each is used up. */
  takeRefusal(method: string): string | undefined {
    const refusal = this.#refusals.find((one) => one.method === method && one.left > 0);
    if (!refusal) return undefined;
    refusal.left -= 1;
    return refusal.error;
  }

  /** Everybody with an address works here, until they leave. */
  userOf(email: string): string | undefined {
    return this.#gone.has(email.toLowerCase()) ? undefined : idOf("U", email.toLowerCase());
  }

  directMessagesWith(user: string): string {
    return idOf("D", user);
  }

  isKnown(channel: string): boolean {
    return channel === channelId || channel.startsWith("D");
  }

  /** What `post` gives is the message that came of it. */
  apply(operation: Operation, now: Instant): PostedMessage | undefined {
    switch (operation.kind) {
      case "post":
        return this.#post(operation, now);
      case "update":
        return this.#change(operation, (one) => ({
          ...one,
          message: operation.message,
          editedAt: now,
        }));
      case "react":
        return this.#change(operation, (one) => {
          const others = one.reactions.filter((name) => name !== operation.name);
          return { ...one, reactions: operation.isOn ? [...others, operation.name] : others };
        });
      case "deleteMessage":
        this.#messages = this.#messages.filter(
          (one) => one !== this.find(operation.channel, operation.ts),
        );
        return undefined;
      default:
        this.#configure(operation);
        return undefined;
    }
  }

  #configure(
    operation: Exclude<Operation, { kind: "post" | "update" | "react" | "deleteMessage" }>,
  ): void {
    switch (operation.kind) {
      case "archiveChannel":
        this.isArchived = true;
        return;
      case "removeWebhook":
        this.isWebhookRemoved = true;
        return;
      case "breakToken":
        this.tokenError = operation.error;
        return;
      case "refuse":
        this.#refusals.push({ ...operation, left: operation.times });
        return;
      case "setScopes":
        this.scopes = operation.scopes;
        return;
      case "leaveCompany":
        this.#gone.add(operation.email.toLowerCase());
        return;
      case "setInteractivity":
        this.interactivityUrl = operation.url;
    }
  }

  #post(
    { message, channel = channelId, threadTs }: Extract<Operation, { kind: "post" }>,
    now: Instant,
  ): PostedMessage {
    this.#count += 1;
    const seconds = Math.floor(epochMsOf(now) / 1000);
    const ts = `${seconds}.${String(this.#count).padStart(6, "0")}`;
    const thread = threadTs === undefined ? {} : { threadTs };
    const posted = { at: now, message, channel, ts, ...thread, reactions: [] };
    this.#messages.push(posted);
    if (this.#messages.length > messagesKeptMax) this.#messages.shift();
    return posted;
  }

  #change(
    { channel, ts }: { readonly channel: string; readonly ts: string },
    change: (one: PostedMessage) => PostedMessage,
  ): PostedMessage | undefined {
    const before = this.find(channel, ts);
    if (!before) return undefined;
    const after = change(before);
    this.#messages = this.#messages.map((one) => (one === before ? after : one));
    return after;
  }
}

function idOf(letter: string, of: string): string {
  return letter + createHash("sha256").update(of).digest("hex").slice(0, 10).toUpperCase();
}
