import type { CalendarDate, Instant } from "#shared/model/time.ts";
import { CursorLives } from "#shared/testing/simulator/cursor-lives.ts";

import { BulkIssues } from "./bulk-issues.ts";
import type {
  AccountAccess,
  ApiToken,
  DynamicWebhook,
  History,
  IssueComment,
  RemoteLink,
  Webhook,
} from "./entities.ts";
import { IssueStore } from "./issue-store.ts";
import { OAuthState } from "./oauth/oauth-state.ts";
import type { JiraSeed } from "./seed.ts";

export type User = Omit<JiraSeed["users"][number], "apiTokens">;
export type Project = JiraSeed["projects"][number];
export type IssueType = Project["issueTypes"][number];
export type Status = JiraSeed["statuses"][number];
export type Field = JiraSeed["fields"][number];
export type LinkType = JiraSeed["linkTypes"][number];

export interface Issue {
  readonly id: string;
  key: string;
  projectId: string;
  typeId: string;
  summary: string;
  statusId: string;
  parentId: string | undefined;
  assigneeId: string | undefined;
  reporterId: string | undefined;
  labels: readonly string[];
  /** Names of components of its project. */
  components?: readonly string[] | undefined;
  duedate: CalendarDate | undefined;
  readonly created: Instant;
  updated: Instant;
  /** When it last came into a status of category `done`. */
  resolved: Instant | undefined;
  /** Search no longer finds it; it can still be read by its key. */
  archived?: boolean;
  /** Only members of the level see it. */
  securityLevelId?: string | undefined;
  custom: Readonly<Record<string, unknown>>;
  /** Of generated issues the same moments as numbers: a million texts would be slow to compare. */
  readonly createdMs?: number;
  readonly updatedMs?: number;
}

/** Source —outward→ destination. */
export interface Link {
  readonly id: string;
  readonly typeId: string;
  readonly sourceId: string;
  readonly destinationId: string;
}

/** A simulated Jira site in memory. Only `apply-operation.ts` changes it once it is seeded. */
export class JiraState {
  readonly siteName: string;
  /** Where the site is served; what `self` links start with. */
  baseUrl: string;
  readonly cloudId: string;
  readonly otherSites: JiraSeed["otherSites"];
  readonly oauthApps: JiraSeed["oauthApps"];
  readonly oauth: OAuthState;
  readonly credentials: JiraSeed["credentials"];
  readonly apiTokens: ApiToken[];
  readonly users = new Map<string, User>();
  readonly projects = new Map<string, Project>();
  readonly statuses: Status[];
  readonly store: IssueStore;
  readonly fields: readonly Field[];
  readonly linkTypes: readonly LinkType[];
  readonly links = new Map<string, Link>();
  readonly histories = new Map<string, History[]>();
  readonly webhooks = new Map<string, Webhook>();
  readonly dynamicWebhooks = new Map<number, DynamicWebhook>();
  /** Issue id → property key → value. */
  readonly properties = new Map<string, Map<string, unknown>>();
  readonly archivedProjects = new Set<string>();
  /** Keys that projects had before → their ids. */
  readonly formerKeys = new Map<string, string>();
  readonly remoteLinks = new Map<string, RemoteLink[]>();
  /** Issue id → its comments, oldest first. */
  readonly comments = new Map<string, IssueComment[]>();
  /** Project id → the accounts it is hidden from; `*` is everybody. */
  readonly hiddenProjects = new Map<string, Set<string>>();
  /** Security level → the accounts that do not belong to it; `*` is everybody. All others do. */
  readonly hiddenLevels = new Map<string, Set<string>>();
  /** Of search: a token that no longer holds is refused. */
  readonly pageTokens = new CursorLives();
  /** The most rows that a page of search has, whatever is asked for. */
  pageRowsMax = Number.POSITIVE_INFINITY;
  readonly #linkIdsByIssue = new Map<string, Set<string>>();
  #highestId: number;

  constructor(seed: JiraSeed) {
    this.siteName = seed.siteName;
    this.baseUrl = `https://${seed.siteName}.atlassian.net`;
    this.cloudId = seed.cloudId;
    this.otherSites = seed.otherSites;
    this.oauthApps = seed.oauthApps;
    this.oauth = new OAuthState(seed.siteName);
    this.credentials = seed.credentials;
    this.apiTokens = apiTokensOf(seed);
    this.statuses = [...seed.statuses];
    this.fields = seed.fields;
    this.linkTypes = seed.linkTypes;
    for (const { apiTokens: _tokens, ...user } of seed.users) this.users.set(user.accountId, user);
    for (const project of seed.projects) this.projects.set(project.id, project);
    const bulk = seed.bulk && new BulkIssues(seed.bulk, seed);
    for (const project of bulk?.projects ?? []) this.projects.set(project.id, project);
    this.store = new IssueStore(bulk, (id) => this.projects.has(id));
    const ids = [...seed.issues, ...seed.links].map(({ id }) => Number(id));
    this.#highestId = ids.reduce((a, b) => Math.max(a, b), bulk?.highestId ?? 9999);
  }

  /** This site and the others that a person may consent to. */
  sites(): JiraSeed["otherSites"] {
    const { cloudId, siteName: name, baseUrl: url } = this;
    return [{ cloudId, name, url }, ...this.otherSites];
  }

  cloudIds(): ReadonlySet<string> {
    return new Set(this.sites().map(({ cloudId }) => cloudId));
  }

  accountAccess(accountId: string): AccountAccess {
    const user = this.users.get(accountId);
    const credential = this.credentials.find((each) => each.accountId === accountId);
    return {
      isAdmin: user?.isAdmin ?? credential?.isAdmin ?? false,
      projectKeys: user?.projectKeys ?? credential?.projectKeys,
    };
  }

  isHidden(projectId: string, accountId: string): boolean {
    const from = this.hiddenProjects.get(projectId);
    return from !== undefined && (from.has("*") || from.has(accountId));
  }

  /** Whether a security level keeps the issue from the account. */
  isRestricted({ securityLevelId }: Issue, accountId: string): boolean {
    return securityLevelId !== undefined && !this.isInLevel(securityLevelId, accountId);
  }

  isInLevel(levelId: string, accountId: string): boolean {
    const from = this.hiddenLevels.get(levelId);
    return from === undefined || !(from.has("*") || from.has(accountId));
  }

  /** False if there is no such token. */
  revokeApiToken(token: string): boolean {
    const index = this.apiTokens.findIndex((each) => each.token === token);
    if (index >= 0) this.apiTokens.splice(index, 1);
    return index >= 0;
  }

  /** An id that no issue, link, webhook or history of the site has had. */
  nextId(): string {
    this.#highestId += 1;
    return String(this.#highestId);
  }

  /** The issues that are kept one by one; generated ones come in when they change. */
  get issues(): ReadonlyMap<string, Issue> {
    return this.store.kept;
  }

  /** Finds by numeric id, by key, or by a key from before a move. */
  issue(idOrKey: string): Issue | undefined {
    return this.store.find(idOrKey);
  }

  /** Finds by key, or by one from before. */
  projectByKey(key: string): Project | undefined {
    const current = [...this.projects.values()].find((project) => project.key === key);
    return current ?? this.projects.get(this.formerKeys.get(key) ?? "");
  }

  /** What queries may call a project by. */
  namesOf({ id, key, name }: Project): readonly string[] {
    const former = [...this.formerKeys].flatMap(([old, of]) => (of === id ? [old] : []));
    return [id, key, name, ...former];
  }

  projectOf(issue: Issue): Project {
    return known(this.projects.get(issue.projectId), `project of ${issue.key}`);
  }

  /** The custom fields that an issue has, set or not. */
  fieldsOf(issue: Issue): readonly Field[] {
    const { fieldIds } = this.projectOf(issue);
    return this.fields.filter(({ id }) => fieldIds?.includes(id) ?? true);
  }

  typeOf(issue: Issue): IssueType {
    const type = this.projectOf(issue).issueTypes.find(({ id }) => id === issue.typeId);
    return known(type, `type of ${issue.key}`);
  }

  statusOf(issue: Issue): Status {
    return known(this.status(issue.statusId), `status of ${issue.key}`);
  }

  status(id: string): Status | undefined {
    return this.statuses.find((status) => status.id === id);
  }

  linkTypeOf(link: Link): LinkType {
    return known(
      this.linkTypes.find(({ id }) => id === link.typeId),
      `type of link ${link.id}`,
    );
  }

  /** The links that start or end at an issue, oldest first. */
  linksOf(issueId: string): readonly Link[] {
    return [...(this.#linkIdsByIssue.get(issueId) ?? [])].flatMap((id) => this.links.get(id) ?? []);
  }

  childrenOf(issueId: string): readonly Issue[] {
    return this.store.childrenOf(issueId);
  }

  /** Its links go with it, as in Jira; its children are the caller's business. */
  removeIssue(issue: Issue, at: Instant): void {
    for (const link of this.linksOf(issue.id)) this.removeLink(link);
    this.store.remove(issue, at);
    this.histories.delete(issue.id);
    this.remoteLinks.delete(issue.id);
    this.comments.delete(issue.id);
    this.properties.delete(issue.id);
  }

  putLink(link: Link): void {
    this.links.set(link.id, link);
    for (const end of [link.sourceId, link.destinationId]) {
      const ids = this.#linkIdsByIssue.get(end) ?? new Set();
      this.#linkIdsByIssue.set(end, ids.add(link.id));
    }
  }

  removeLink(link: Link): void {
    this.links.delete(link.id);
    for (const end of [link.sourceId, link.destinationId]) {
      this.#linkIdsByIssue.get(end)?.delete(link.id);
    }
  }
}

/** All tokens of the seed in one list: those of the credentials are classic ones that never expire. */
function apiTokensOf(seed: JiraSeed): ApiToken[] {
  const classic = seed.credentials.map(({ accountId, email, apiToken }) => {
    return { accountId, email, token: apiToken, scopes: undefined, expiresAt: undefined };
  });
  const ofUsers = seed.users.flatMap(({ accountId, emailAddress = "", apiTokens }) =>
    apiTokens.map(({ token, email = emailAddress, scopes, expiresAt }) => {
      return { accountId, email, token, scopes, expiresAt };
    }),
  );
  return [...classic, ...ofUsers];
}

/** The seed check and every operation keep references whole; a broken one is a defect of the simulator. */
function known<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the simulated site lost the ${what}`);
  return value;
}
