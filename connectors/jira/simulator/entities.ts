import type { Instant } from "#shared/model/time.ts";

/** One entry of a changelog item, as Jira words it. */
export interface HistoryItem {
  readonly field: string;
  readonly fieldId?: string;
  readonly fieldtype: "jira" | "custom";
  readonly from: string | null;
  readonly fromString: string | null;
  readonly to: string | null;
  readonly toString: string | null;
}

export interface History {
  readonly id: string;
  readonly created: Instant;
  readonly authorId: string;
  readonly items: readonly HistoryItem[];
}

export interface Webhook {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly secret: string | undefined;
  readonly filter: string | undefined;
  readonly excludeBody: boolean;
  readonly lastUpdated: Instant;
  readonly lastUpdatedUserId: string;
}

/** What an OAuth app registered for itself in the name of a user. */
export interface DynamicWebhook {
  readonly id: number;
  readonly clientId: string;
  readonly accountId: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly jqlFilter: string;
  /** Absent: a change of any field. */
  readonly fieldIdsFilter: readonly string[] | undefined;
  /** Absent: any property. */
  readonly issuePropertyKeysFilter: readonly string[] | undefined;
  expiresAt: Instant;
}

/** A link from an issue to somewhere else; what was not given is absent. */
export interface RemoteLink {
  readonly id: number;
  readonly globalId: string | undefined;
  readonly relationship: string | undefined;
  readonly application: Readonly<Record<string, unknown>> | undefined;
  /** `url`, `title`, and whatever else was given: summary, icon, status. */
  readonly object: Readonly<Record<string, unknown>>;
}

/** A comment; its body is Atlassian's document format. */
export interface IssueComment {
  readonly id: string;
  readonly body: unknown;
  readonly authorId: string;
  readonly created: Instant;
  readonly updated: Instant;
}

/** An API token as it stands. */
export interface ApiToken {
  readonly accountId: string;
  readonly email: string;
  readonly token: string;
  /** Absent: a classic one, which may do all that the account may. */
  readonly scopes: readonly string[] | undefined;
  expiresAt: Instant | undefined;
}

/** What an account may, whatever it comes with. */
export interface AccountAccess {
  readonly isAdmin: boolean;
  /** The only projects it may browse; undefined: all. */
  readonly projectKeys: readonly string[] | undefined;
}
