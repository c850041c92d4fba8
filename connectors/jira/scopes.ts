/** Something that a token must be allowed to do at Jira, as Atlassian calls it. */
export interface UsedScope {
  readonly name: string;
  readonly neededFor: string;
  readonly isRequired: boolean;
}

/** Needed only where the hub shall write lines of sight back, or comments. */
export const writeScope: UsedScope = {
  name: "write:jira-work",
  neededFor: "Writing lines of sight and comments into issues, where that is turned on",
  isRequired: false,
};

export const readWorkScope: UsedScope = {
  name: "read:jira-work",
  neededFor: "Reading projects, issues, links and fields",
  isRequired: true,
};

export const readUserScope: UsedScope = {
  name: "read:jira-user",
  neededFor: "Reading who people are, and on which clocks Jira reads dates",
  isRequired: true,
};

const webhookScope: UsedScope = {
  name: "manage:jira-webhook",
  neededFor: "Instant updates; without it, changes arrive with the next pull",
  isRequired: false,
};

/** What an app is consented to for (classic scopes of the swagger of API v3, 2026-11). */
export const usedScopes: readonly UsedScope[] = [
  readWorkScope,
  readUserScope,
  webhookScope,
  writeScope,
];

/**
 * For a scoped API token that registers an administrator's webhook. That resource is in no list of
 * scopes; whether a token may use it is tried.
 */
export const adminWebhookScope: UsedScope = {
  name: "manage:jira-configuration",
  neededFor: "Registering the hub's own webhook; one can be registered by hand instead",
  isRequired: false,
};
