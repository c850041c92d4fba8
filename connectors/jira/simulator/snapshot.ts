import type { JiraState } from "./state.ts";

/** The state as plain JSON. Secrets of webhooks stay out, credentials of the seed are its reader's own. */
export function snapshot(state: JiraState): object {
  return {
    siteName: state.siteName,
    projects: [...state.projects.values()],
    statuses: state.statuses,
    users: [...state.users.values()],
    issues: [...state.issues.values()],
    links: [...state.links.values()],
    comments: Object.fromEntries(state.comments),
    remoteLinks: Object.fromEntries(state.remoteLinks),
    properties: Object.fromEntries(
      [...state.properties].map(([id, values]) => [id, sorted(values)]),
    ),
    formerKeys: Object.fromEntries(state.formerKeys),
    archivedProjects: [...state.archivedProjects],
    hiddenProjects: Object.fromEntries(
      [...state.hiddenProjects].map(([id, from]) => [id, [...from]]),
    ),
    hiddenLevels: Object.fromEntries([...state.hiddenLevels].map(([id, from]) => [id, [...from]])),
    webhooks: [...state.webhooks.values()].map(({ secret, ...webhook }) => ({
      ...webhook,
      isSigned: secret !== undefined,
    })),
    dynamicWebhooks: [...state.dynamicWebhooks.values()],
    oauth: {
      counters: state.oauth.counters,
      grants: [...state.oauth.grants.values()].map((grant) => {
        const { id, clientId, accountId, scopes, cloudIds, isRevoked, refreshToken } = grant;
        const mayRefresh = refreshToken !== undefined;
        return { id, clientId, accountId, scopes, cloudIds, isRevoked, mayRefresh };
      }),
    },
  };
}

/** In the order of the keys: what was taken away and put back looks as if it had stayed. */
function sorted(values: ReadonlyMap<string, unknown>): object {
  const keys = [...values.keys()].toSorted();
  return Object.fromEntries(keys.map((key) => [key, values.get(key)]));
}
