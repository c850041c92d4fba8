/** Paths below `/rest/api/3` whose scopes differ from what their method says; the first that fits counts. */
const exceptions: readonly (readonly [path: RegExp, scopes: readonly string[]])[] = [
  [/^\/webhook(\/|$)/u, ["read:jira-work", "manage:jira-webhook"]],
  [/^\/(myself|user|users)(\/|$)/u, ["read:jira-user"]],
  [/^\/statuses(\/|$)/u, ["manage:jira-configuration"]],
  [/^\/(serverInfo|permissions)(\/|$)/u, []],
  // Reads that are written as POST.
  [/^\/(search|jql|changelog)(\/|$)/u, ["read:jira-work"]],
  [/^\/issue\/bulkfetch$/u, ["read:jira-work"]],
];

/**
 * The classic scopes that a call needs, all of them, as Atlassian's document of the REST API lists them
 * (2026-11). Webhooks of administrators are in no list; they count as configuration here.
 */
export function requiredScopes(method: string, path: string): readonly string[] {
  if (path.startsWith("/rest/webhooks/")) return ["manage:jira-configuration"];
  const short = path.replace(/^\/rest\/api\/[^/]+/u, "");
  const exception = exceptions.find(([pattern]) => pattern.test(short));
  if (exception) return exception[1];
  return method === "GET" || method === "HEAD" ? ["read:jira-work"] : ["write:jira-work"];
}
