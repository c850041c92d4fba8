import { Hono } from "hono";
import * as z from "zod";

import { SlackMessage } from "./slack-message.ts";
import { channelId } from "./state.ts";
import type { Operation, PostedMessage, SlackState } from "./state.ts";

interface WebApi {
  readonly state: SlackState;
  readonly token: string;
  readonly channel: string;
  readonly perform: (operation: Operation) => PostedMessage | undefined;
}

type Args = Readonly<Record<string, string>>;
type Answer = { readonly ok: true } & Record<string, unknown>;
/** An answer, or the word of an error. */
type Method = (api: WebApi, args: Args) => Answer | string;

const scopeOf: Readonly<Record<string, string>> = {
  "chat.postMessage": "chat:write",
  "chat.update": "chat:write",
  "users.lookupByEmail": "users:read.email",
  "conversations.open": "im:write",
  "conversations.info": "channels:read",
  "reactions.add": "reactions:write",
  "reactions.remove": "reactions:write",
};

const methods: Readonly<Record<string, Method>> = {
  "auth.test": ({ state }) => ({
    ok: true,
    url: "https://northquay.slack.example/",
    team: "Northquay",
    user: "throughline",
    team_id: "T0SAMPLE",
    user_id: state.userOf("throughline@bots.example"),
    bot_id: "B0SAMPLE",
  }),

  "conversations.info": ({ state, channel }, args) => {
    if (args["channel"] !== channelId) return "channel_not_found";
    const name = channel.replace(/^#/u, "");
    const is_archived = state.isArchived;
    return { ok: true, channel: { id: channelId, name, is_archived, is_member: true } };
  },

  "users.lookupByEmail": ({ state }, { email = "" }) => {
    const id = state.userOf(email);
    if (id === undefined || !email.includes("@")) return "users_not_found";
    return {
      ok: true,
      user: { id, team_id: "T0SAMPLE", deleted: false, name: email.split("@")[0] },
    };
  },

  "conversations.open": ({ state }, { users = "" }) => {
    if (!/^U[0-9A-F]{10}$/u.test(users)) return "user_not_found";
    return { ok: true, channel: { id: state.directMessagesWith(users) } };
  },

  "chat.postMessage": ({ state, perform }, args) => {
    const { channel = "", thread_ts: threadTs } = args;
    if (!state.isKnown(channel)) return "channel_not_found";
    if (state.isArchived && channel === channelId) return "is_archived";
    const message = messageOf(args);
    if (typeof message === "string") return message;
    const thread = threadTs === undefined ? {} : { threadTs };
    const posted = perform({ kind: "post", channel, message, ...thread });
    return { ok: true, channel, ts: posted?.ts, message };
  },

  "chat.update": ({ state, perform }, args) => {
    const { channel = "", ts = "" } = args;
    if (!state.isKnown(channel)) return "channel_not_found";
    if (state.isArchived && channel === channelId) return "is_inactive";
    if (!state.find(channel, ts)) return "message_not_found";
    const message = messageOf(args);
    if (typeof message === "string") return message;
    perform({ kind: "update", channel, ts, message });
    return { ok: true, channel, ts, text: message.text, message };
  },

  "reactions.add": ({ state, perform }, { channel = "", timestamp: ts = "", name = "" }) => {
    const message = state.find(channel, ts);
    if (!message) return "message_not_found";
    if (message.reactions.includes(name)) return "already_reacted";
    perform({ kind: "react", channel, ts, name, isOn: true });
    return { ok: true };
  },

  "reactions.remove": ({ state, perform }, { channel = "", timestamp: ts = "", name = "" }) => {
    if (!state.find(channel, ts)?.reactions.includes(name)) return "no_reaction";
    perform({ kind: "react", channel, ts, name, isOn: false });
    return { ok: true };
  },
};

/** The part of the Web API that the hub uses (https://docs.slack.dev/reference/methods, 2026-11). */
export function webApiRoutes(api: WebApi): Hono {
  const app = new Hono();
  app.post("/:method", async (c) => {
    const { method } = c.req.param();
    const form = z.record(z.string(), z.string()).safeParse(await c.req.parseBody());
    const answer = answerOf(api, method, {
      args: form.data ?? {},
      authorization: c.req.header("authorization"),
    });
    c.header("x-oauth-scopes", api.state.scopes.join(","));
    return c.json(typeof answer === "string" ? errorOf(api, method, answer) : answer);
  });
  return app;
}

function answerOf(
  api: WebApi,
  method: string,
  { args, authorization }: { readonly args: Args; readonly authorization: string | undefined },
): Answer | string {
  const { state } = api;
  const perform = methods[method];
  if (!perform) return "unknown_method";
  if (authorization !== `Bearer ${api.token}`) return "invalid_auth";
  if (state.tokenError !== undefined) return state.tokenError;
  const scope = scopeOf[method];
  if (scope !== undefined && !state.scopes.includes(scope)) return "missing_scope";
  return state.takeRefusal(method) ?? perform(api, args);
}

function errorOf({ state }: WebApi, method: string, error: string): Record<string, unknown> {
  const missing = { needed: scopeOf[method], provided: state.scopes.join(",") };
  return { ok: false, error, ...(error === "missing_scope" && missing) };
}

function messageOf({ text = "", blocks }: Args): SlackMessage | string {
  const message = SlackMessage.safeParse({
    text,
    ...(blocks !== undefined && { blocks: parseJson(blocks) }),
  });
  if (message.success) return message.data;
  return text === "" ? "no_text" : "invalid_blocks";
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
