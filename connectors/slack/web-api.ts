import * as z from "zod";

import type { Failed } from "./errors.ts";
import { outcomeOfNetworkFailure, outcomeOfTrouble } from "./errors.ts";
import type { BotSettings } from "./settings.ts";
import { outcomeOfApiError } from "./web-api-errors.ts";

/** Slack answers within a second or two; the function that calls has thirty, for four calls at most. */
const timeoutMs = 7000;
/** The longest answer is a message with its blocks. */
const answerCharactersMax = 500_000;

const Answer = z.looseObject({
  ok: z.boolean(),
  error: z.string().optional(),
  needed: z.string().optional(),
});

/** An answer, or why there is none; `code` is Slack's own word where it said one. */
export type Called<T> =
  | { readonly isOk: true; readonly data: T; readonly scopes: readonly string[] | undefined }
  | { readonly isOk: false; readonly failed: Failed; readonly code?: string };

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
  { apiUrl, botToken }: Pick<BotSettings, "apiUrl" | "botToken">,
  { method, args, schema, isPerson = false }: Call<T>,
): Promise<Called<T>> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${apiUrl.replace(/\/+$/u, "")}/${method}`, {
      method: "POST",
      headers: { authorization: `Bearer ${botToken}` },
      body: formOf(args),
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    text = await response.text();
  } catch (error) {
    return { isOk: false, failed: outcomeOfNetworkFailure(error) };
  }
  const retryAfter = response.headers.get("retry-after");
  const troubled = outcomeOfTrouble(response.status, retryAfter);
  if (troubled) return { isOk: false, failed: troubled };
  const json = text.length > answerCharactersMax ? undefined : parseJson(text);
  const answer = Answer.safeParse(json).data;
  if (!answer) return { isOk: false, failed: unreadable(response.status) };
  const { ok, error: code = "unknown_error", needed } = answer;
  if (!ok) {
    const failed = outcomeOfApiError({ code, needed, retryAfter }, isPerson);
    return { isOk: false, failed, code };
  }
  const data = schema.safeParse(json);
  if (!data.success) return { isOk: false, failed: unreadable(response.status) };
  return { isOk: true, data: data.data, scopes: scopesOf(response.headers) };
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

function scopesOf(headers: Headers): readonly string[] | undefined {
  return headers
    .get("x-oauth-scopes")
    ?.split(",")
    .map((scope) => scope.trim());
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
