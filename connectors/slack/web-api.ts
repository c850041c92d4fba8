import * as z from "zod";

import type { Outbound, OutboundResult } from "#shared/ports/outbound.ts";

import type { Failed } from "./errors.ts";
import { outcomeOfNoAnswer, outcomeOfTrouble } from "./errors.ts";
import type { BotSettings } from "./settings.ts";
import { outcomeOfApiError } from "./web-api-errors.ts";

/** Slack answers within a second or two; the function that calls has thirty, for four calls at most. */
const timeoutMs = 7000;
/** The longest answer is a message with its blocks, in which a letter may take six bytes. */
const answerBytesMax = 2_000_000;

/** An app's bot, and the way to Slack: the address of its API is one that an admin may type in. */
export interface Bot extends BotSettings {
  readonly outbound: Outbound;
}

const Answer = z.looseObject({
  ok: z.boolean(),
  error: z.string().optional(),
  needed: z.string().optional(),
});

/**
 * An answer, or why there is none: `code` is Slack's own word where it said one, `lost` says how it was not
 * asked, or not heard.
 */
export type Called<T> =
  | { readonly isOk: true; readonly data: T; readonly scopes: readonly string[] | undefined }
  | { readonly isOk: false; readonly failed: Failed; readonly code?: string; readonly lost?: Lost };

type Lost = Exclude<OutboundResult["outcome"], "answered">;

interface Call<T> {
  readonly method: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly schema: z.ZodType<T>;
  /** Whether it is about one person, and not about the channel. */
  readonly isPerson?: boolean;
}

/**
 * One call of the Web API (https://docs.slack.dev/apis/web-api/#basics, 2026-11): a form, since not every
 * method reads JSON, with what is no text as JSON in its field. Never throws.
 */
export async function callSlack<T>(
  { apiUrl, botToken, outbound }: Pick<Bot, "apiUrl" | "botToken" | "outbound">,
  { method, args, schema, isPerson = false }: Call<T>,
): Promise<Called<T>> {
  const result = await outbound.post({
    url: `${apiUrl.replace(/\/+$/u, "")}/${method}`,
    headers: {
      authorization: `Bearer ${botToken}`,
      "content-type": "application/x-www-form-urlencoded;charset=UTF-8",
    },
    body: formOf(args).toString(),
    timeoutMs,
    answerBytesMax,
  });
  if (result.outcome !== "answered") {
    return { isOk: false, failed: outcomeOfNoAnswer(result), lost: result.outcome };
  }
  const { status, headers = {}, body } = result;
  const retryAfter = result.retryAfter ?? null;
  const troubled = outcomeOfTrouble(status, retryAfter);
  if (troubled) return { isOk: false, failed: troubled };
  const json = parseJson(body);
  const answer = Answer.safeParse(json).data;
  if (!answer) return { isOk: false, failed: unreadable(status) };
  const { ok, error: code = "unknown_error", needed } = answer;
  if (!ok) {
    const failed = outcomeOfApiError({ code, needed, retryAfter }, isPerson);
    return { isOk: false, failed, code };
  }
  const data = schema.safeParse(json);
  if (!data.success) return { isOk: false, failed: unreadable(status) };
  return { isOk: true, data: data.data, scopes: scopesOf(headers) };
}

/** A page or a proxy's answer: 2xx may hide anything, what is refused is refused. */
function unreadable(status: number): Failed {
  return status >= 200 && status < 300
    ? { outcome: "uncertain", reason: "Slack's answer could not be read" }
    : { outcome: "refused", reason: `Slack refused the message (${status})` };
}

function formOf(args: Readonly<Record<string, unknown>>): URLSearchParams {
  return new URLSearchParams(
    Object.entries(args).map(([name, value]): [string, string] => [
      name,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

function scopesOf(headers: Readonly<Record<string, string>>): readonly string[] | undefined {
  return headers["x-oauth-scopes"]?.split(",").map((scope) => scope.trim());
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
