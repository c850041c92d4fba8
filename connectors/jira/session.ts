import { HubError } from "#shared/errors.ts";
import type { SourceContext } from "#shared/kit/connector.ts";

import { JiraPastClient } from "./client-past.ts";
import { JiraWebhookClient } from "./client-webhooks.ts";
import { JiraClient, type ProjectRef } from "./client.ts";
import { type FieldMap, fieldsToRead, mapFields } from "./field-map.ts";
import { goalKindReader } from "./goal-types.ts";
import { blockingReader, namesLinkTypes } from "./link-types.ts";
import type { NormalizeContext } from "./normalize-context.ts";
import { type JiraSettings, apiRoot, siteRoot } from "./settings.ts";
import { fieldLists, linkTypeLists, namedProjectLists } from "./site-lists.ts";
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
  #named: Promise<ReadonlyMap<string, ProjectRef>> | undefined;
  #projectsRead: Promise<readonly ProjectRef[]> | undefined;

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
    const named = namedProjectLists.recall(this.#siteAndNames(), clock.nowMs());
    if (named) this.#named ??= Promise.resolve(new Map(named));
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
   * The keys of the configured projects that can be seen, as they are today; empty means no restriction.
   * Throws `connector.forbidden` when none can: reading on would look as if everything had gone.
   */
  async projects(): Promise<readonly string[]> {
    return (await this.#configured()).map(({ key }) => key);
  }

  /** The projects that are read: those configured that can be seen, else all that can be. */
  projectRefs(): Promise<readonly ProjectRef[]> {
    this.#projectsRead ??= this.#configured().then(async (refs) =>
      refs.length > 0 ? refs : this.client.allProjects(),
    );
    return this.#projectsRead;
  }

  /** The keys of those that are read. */
  async projectsRead(): Promise<readonly string[]> {
    return (await this.projectRefs()).map(({ key }) => key);
  }

  /** Whether issues of the project with this key are read: the settings may name it by a former one. */
  async readsProject(key: string): Promise<boolean> {
    const { projects } = this.context.settings;
    if (projects.length === 0 || projects.includes(key)) return true;
    const named = await this.#namedProjects();
    return projects.some((name) => named.get(name)?.key === key);
  }

  /** Those of the configured projects that cannot be seen, as the settings name them. */
  async missingProjects(): Promise<readonly string[]> {
    const { projects } = this.context.settings;
    if (projects.length === 0) return [];
    const named = await this.#namedProjects();
    return projects.filter((name) => !named.has(name));
  }

  /** The projects that the settings name and the account sees, by the name; asked once. */
  #namedProjects(): Promise<ReadonlyMap<string, ProjectRef>> {
    this.#named ??= this.#askNamed();
    return this.#named;
  }

  async #askNamed(): Promise<ReadonlyMap<string, ProjectRef>> {
    const named = await this.client.visibleProjects(this.#names());
    namedProjectLists.keep(this.#siteAndNames(), [...named], this.context.clock.nowMs());
    return named;
  }

  #names(): readonly string[] {
    const { projects, projectTeams } = this.context.settings;
    return [...new Set([...projects, ...projectTeams.map((entry) => splitOnce(entry)[0])])];
  }

  #siteAndNames(): string {
    return `${this.#site()} ${this.#names().join(" ")}`;
  }

  /** Teams by the keys of the settings, and by those that these projects have today. */
  async #teamOfProject(): Promise<ReadonlyMap<string, string>> {
    const entries = this.context.settings.projectTeams.map(splitOnce);
    if (entries.length === 0) return new Map();
    const named = await this.#namedProjects();
    const today = entries.map(([name, team]) => [named.get(name)?.key ?? name, team] as const);
    return new Map([...today, ...entries]);
  }

  async normalizeContext(): Promise<NormalizeContext> {
    const { settings, connectionId } = this.context;
    return {
      connectionId,
      siteUrl: siteRoot(settings),
      fields: await this.fields(),
      goalKindOf: goalKindReader(settings.goalTypes),
      blockingOf: blockingReader(settings.blockingLinkTypes, await this.linkTypes()),
      teamOfProject: await this.#teamOfProject(),
      dropped: new Set(settings.droppedStatuses.map((name) => name.toLowerCase())),
      // A page's own addresses are looked up when it is read.
      resolveUrl: () => undefined,
    };
  }

  async fieldsToRead(): Promise<readonly string[]> {
    return fieldsToRead(await this.fields());
  }

  async #configured(): Promise<readonly ProjectRef[]> {
    const { projects } = this.context.settings;
    if (projects.length === 0) return [];
    const named = await this.#namedProjects();
    const refs = new Map(
      projects.flatMap((name) => named.get(name) ?? []).map((ref) => [ref.id, ref]),
    );
    if (refs.size > 0) return [...refs.values()];
    throw new HubError(
      "connector.forbidden",
      "The account can browse none of the projects in the settings: give it the permission, or correct the keys",
    );
  }
}
