import { createHash } from "node:crypto";

import * as z from "zod";

import { dayMs } from "#shared/model/time.ts";
import type { CursorLives } from "#shared/testing/simulator/cursor-lives.ts";

import { jsonOf } from "./answers.ts";
import { JqlError } from "./jql/jql-error.ts";

// https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/, 2026-11.
const lifeMs = 7 * dayMs;

const Token = z.strictObject({
  values: z.array(z.union([z.string(), z.number()])),
  jql: z.string(),
  madeMs: z.number(),
  generation: z.int(),
});

/** What a token is good for. */
export interface TokenScope {
  readonly jql: string;
  readonly nowMs: number;
  readonly lives: CursorLives;
}

/** A token for the page after a row, good for the same query and seven days. */
export function writeToken(values: readonly (string | number)[], scope: TokenScope): string {
  const { jql, nowMs } = scope;
  const { generation } = scope.lives;
  const token = { values, jql: digest(jql), madeMs: nowMs, generation };
  return Buffer.from(JSON.stringify(token)).toString("base64url");
}

/** The sort values of the row before the page. Throws `JqlError` on one of another query or too old. */
export function readToken(token: string, scope: TokenScope): readonly (string | number)[] {
  const { success, data } = Token.safeParse(jsonOf(Buffer.from(token, "base64url").toString()));
  const isGood =
    success &&
    data.jql === digest(scope.jql) &&
    scope.lives.isGood(data.generation, scope.nowMs - data.madeMs > lifeMs);
  if (isGood) return data.values;
  throw new JqlError("The provided next page token is invalid or expired.");
}

function digest(jql: string): string {
  return createHash("sha256").update(jql).digest("base64url").slice(0, 16);
}
