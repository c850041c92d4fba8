import { HubError } from "#shared/errors.ts";
import type { Gap, Reading, SourceContext } from "#shared/kit/connector.ts";
import type { Change, Rejected } from "#shared/model/change.ts";
import type { Instant } from "#shared/model/time.ts";

import { JiraClient } from "./client.ts";
import { fieldLists } from "./field-lists.ts";
import { type FieldMap, fieldsToRead, mapFields } from "./field-map.ts";
import { goalKindReader } from "./goal-types.ts";
import type { NormalizeContext } from "./normalize-context.ts";
import { normalizeIssue } from "./normalize.ts";
import { type JiraSettings, apiRoot, siteRoot } from "./settings.ts";

/** What all parts of the source share for one invocation: the client, and what the settings mean on this site. */
export class JiraSession {
  readonly context: SourceContext<JiraSettings>;
  readonly client: JiraClient;
  #fields: Promise<FieldMap> | undefined;
  #projects: Promise<readonly string[]> | undefined;

  constructor(context: SourceContext<JiraSettings>) {
    this.context = context;
    this.client = new JiraClient(context.settings, context.clock);
  }

  /** The site's ids of the fields in the settings; asked once. */
  fields(): Promise<FieldMap> {
    this.#fields ??= this.#askFields();
    return this.#fields;
  }

  /** Takes the fields from what this process read of the site a moment ago, if it did. */
  recallFields(): void {
    const { settings, clock } = this.context;
    const fields = fieldLists.recall(this.#site(), clock.nowMs());
    if (fields) this.#fields ??= Promise.resolve(mapFields(settings, fields));
  }

  async #askFields(): Promise<FieldMap> {
    const { settings, clock } = this.context;
    const fields = await this.client.fields();
    fieldLists.keep(this.#site(), fields, clock.nowMs());
    return mapFields(settings, fields);
  }

  /** Other accounts may see other fields. */
  #site(): string {
    const { settings } = this.context;
    return `${apiRoot(settings)} ${settings.email}`;
  }

  /**
   * The configured projects that can be seen; empty means no restriction. Throws `connector.forbidden`
   * when none of them can: reading on would look as if everything had gone.
   */
  projects(): Promise<readonly string[]> {
    this.#projects ??= this.#visibleProjects();
    return this.#projects;
  }

  async normalizeContext(): Promise<NormalizeContext> {
    const { settings, connectionId, resolveUrl } = this.context;
    return {
      connectionId,
      siteUrl: siteRoot(settings),
      fields: await this.fields(),
      goalKindOf: goalKindReader(settings.goalTypes),
      blockingOf: blockingReader(settings.blockingLinkTypes),
      teamOfProject: new Map(settings.projectTeams.map(splitOnce)),
      dropped: new Set(settings.droppedStatuses.map((name) => name.toLowerCase())),
      resolveUrl,
    };
  }

  /** Records as read at one moment, interpreted. */
  async reading(records: readonly unknown[], readAt: Instant): Promise<Reading> {
    const context = await this.normalizeContext();
    const changes: Change[] = [];
    const rejected: Rejected[] = [];
    let unresolvedUrls = 0;
    for (const record of records) {
      const normalized = normalizeIssue(context, record, readAt);
      if ("rejected" in normalized) rejected.push(normalized.rejected);
      else {
        changes.push(normalized.change);
        unresolvedUrls += normalized.unresolvedUrls;
      }
    }
    return { changes, rejected, gaps: unresolvedUrls > 0 ? [unresolvedGap(unresolvedUrls)] : [] };
  }

  async fieldsToRead(): Promise<readonly string[]> {
    return fieldsToRead(await this.fields());
  }

  async #visibleProjects(): Promise<readonly string[]> {
    const { projects } = this.context.settings;
    if (projects.length === 0) return [];
    const visible = await this.client.visibleProjectKeys(projects);
    if (visible.size > 0) return projects.filter((key) => visible.has(key));
    throw new HubError(
      "connector.forbidden",
      "The account can browse none of the projects in the settings: give it the permission, or correct the keys",
    );
  }
}

function blockingReader(entries: readonly string[]): NormalizeContext["blockingOf"] {
  const ways = new Map(
    entries.map((entry) => {
      const [name, way] = splitOnce(entry);
      return [name.toLowerCase(), way === "reversed" ? "reversed" : "forward"] as const;
    }),
  );
  return ({ id, name }) => ways.get(id) ?? ways.get(name.toLowerCase());
}

function splitOnce(entry: string): readonly [string, string] {
  const at = entry.indexOf("=");
  return at < 0 ? [entry.trim(), ""] : [entry.slice(0, at).trim(), entry.slice(at + 1).trim()];
}

function unresolvedGap(count: number): Gap {
  return {
    what: "Addresses in goal link and blocked-by fields",
    why: `${count} of those read last lead to nothing that a connection of the hub reads`,
    isMendedByConnecting: true,
  };
}
