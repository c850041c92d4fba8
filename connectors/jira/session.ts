import { HubError } from "#shared/errors.ts";
import type { SourceContext } from "#shared/kit/connector.ts";

import { JiraPastClient } from "./client-past.ts";
import { JiraWebhookClient } from "./client-webhooks.ts";
import { JiraClient } from "./client.ts";
import { type FieldMap, fieldsToRead, mapFields } from "./field-map.ts";
import { goalKindReader } from "./goal-types.ts";
import { blockingReader, namesLinkTypes } from "./link-types.ts";
import type { NormalizeContext } from "./normalize-context.ts";
import { type JiraSettings, apiRoot, siteRoot } from "./settings.ts";
import { fieldLists, linkTypeLists } from "./site-lists.ts";
import { splitOnce } from "./split-once.ts";
import type { WireLinkType } from "./wire.ts";

/** What all parts of the source share for one invocation: the client, and what the settings mean on this site. */
export class JiraSession {
  readonly context: SourceContext<JiraSettings>;
  readonly client: JiraClient;
  readonly webhooks: JiraWebhookClient;
  readonly past: JiraPastClient;
  #fields: Promise<FieldMap> | undefined;
  #linkTypes: Promise<readonly WireLinkType[]> | undefined;
  #projects: Promise<readonly string[]> | undefined;
  #projectsRead: Promise<readonly string[]> | undefined;

  constructor(context: SourceContext<JiraSettings>) {
    this.context = context;
    this.client = new JiraClient(context);
    this.webhooks = new JiraWebhookClient(context);
    this.past = new JiraPastClient(context);
  }

  /** The site's ids of the fields in the settings; asked once. */
  fields(): Promise<FieldMap> {
    this.#fields ??= this.#askFields();
    return this.#fields;
  }

  /** Takes the lists from what this process read of the site a moment ago, if it did. */
  recallLists(): void {
    const { settings, clock } = this.context;
    const fields = fieldLists.recall(this.#site(), clock.nowMs());
    if (fields) this.#fields ??= Promise.resolve(mapFields(settings, fields));
    const linkTypes = linkTypeLists.recall(this.#site(), clock.nowMs());
    if (linkTypes) this.#linkTypes ??= Promise.resolve(linkTypes);
  }

  /** The site's link types; asked once, and only where the settings name one by its name. */
  linkTypes(): Promise<readonly WireLinkType[]> {
    this.#linkTypes ??= this.#askLinkTypes();
    return this.#linkTypes;
  }

  async #askLinkTypes(): Promise<readonly WireLinkType[]> {
    const { settings, clock } = this.context;
    if (!namesLinkTypes(settings.blockingLinkTypes)) return [];
    const types = await this.client.linkTypes();
    linkTypeLists.keep(this.#site(), types, clock.nowMs());
    return types;
  }

  async #askFields(): Promise<FieldMap> {
    const { settings, clock } = this.context;
    const fields = await this.client.fields();
    fieldLists.keep(this.#site(), fields, clock.nowMs());
    return mapFields(settings, fields);
  }

  /** Other accounts may see other fields. */
  #site(): string {
    const { settings, connectionId } = this.context;
    return `${apiRoot(settings)} ${settings.email ?? connectionId}`;
  }

  /**
   * The configured projects that can be seen; empty means no restriction. Throws `connector.forbidden`
   * when none of them can: reading on would look as if everything had gone.
   */
  projects(): Promise<readonly string[]> {
    this.#projects ??= this.#visibleProjects();
    return this.#projects;
  }

  /** The projects that are read: those configured that can be seen, else all that can be. */
  projectsRead(): Promise<readonly string[]> {
    this.#projectsRead ??= this.projects().then(async (keys) =>
      keys.length > 0 ? keys : this.client.allProjectKeys(),
    );
    return this.#projectsRead;
  }

  async normalizeContext(): Promise<NormalizeContext> {
    const { settings, connectionId } = this.context;
    return {
      connectionId,
      siteUrl: siteRoot(settings),
      fields: await this.fields(),
      goalKindOf: goalKindReader(settings.goalTypes),
      blockingOf: blockingReader(settings.blockingLinkTypes, await this.linkTypes()),
      teamOfProject: new Map(settings.projectTeams.map(splitOnce)),
      dropped: new Set(settings.droppedStatuses.map((name) => name.toLowerCase())),
      // A page's own addresses are looked up when it is read.
      resolveUrl: () => undefined,
    };
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
