import { epochMsOf } from "#shared/model/time.ts";

import type { Issue, JiraState } from "../state.ts";
import { compileJql } from "./evaluate.ts";
import { JqlError } from "./jql-error.ts";
import { parseJql } from "./parse.ts";

/**
 * Whether the filter of a webhook lets an issue through. One that has become wrong since it was
 * registered, by the deletion of a project, lets nothing through.
 */
export function passesJql(state: JiraState, jql: string, issue: Issue): boolean {
  try {
    const { where } = parseJql(jql);
    const asking = { timeZone: "Etc/UTC", nowMs: epochMsOf(issue.updated) };
    return !where || compileJql(where, state, asking)(issue);
  } catch (error) {
    if (error instanceof JqlError) return false;
    throw error;
  }
}
