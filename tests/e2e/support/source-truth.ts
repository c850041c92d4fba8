import * as z from "zod";

import { readFactId } from "#shared/model/ids.ts";

import type { SourceTools } from "./source-tools.ts";

/** A node of a path that the hub shows. */
export interface ShownNode {
  readonly id: string;
  readonly url?: string | undefined;
}

/** A record of a vendor's API, as far as paths are read from it. */
interface SourceRecord {
  readonly nativeId: string;
  readonly title: string;
  /** Native ids of all that the record itself names: parents, blockers, addresses in its fields. */
  readonly names: ReadonlySet<string>;
}

const Ref = z.looseObject({ gid: z.string() });
const JiraIssue = z.looseObject({
  id: z.string(),
  key: z.string(),
  fields: z.looseObject({
    summary: z.string(),
    parent: z.looseObject({ id: z.string() }).nullish(),
    issuelinks: z
      .array(z.looseObject({ inwardIssue: z.looseObject({ id: z.string() }).optional() }))
      .default([]),
  }),
});
const AsanaTask = z.looseObject({
  ...Ref.shape,
  name: z.string(),
  parent: Ref.nullish(),
  memberships: z.array(z.looseObject({ project: Ref.nullish() })).default([]),
  dependencies: z.array(Ref).default([]),
});
const AsanaNamed = z.object({ data: z.looseObject({ ...Ref.shape, name: z.string() }) });
const AsanaRefs = z.object({ data: z.array(Ref) });
const Supports = z.object({ data: z.array(z.looseObject({ supporting_resource: Ref })) });
const Employee = z.looseObject({
  id: z.string(),
  division: z.string().nullish(),
  department: z.string().nullish(),
  customTeam: z.string().nullish(),
});

/** Asks the tools themselves whether what the hub shows is there. Answers are kept: nothing moves meanwhile. */
export class SourceTruth {
  readonly #tools: SourceTools;
  readonly #records = new Map<string, Promise<SourceRecord | undefined>>();
  readonly #unitNames: Promise<ReadonlySet<string>>;

  constructor(tools: SourceTools) {
    this.#tools = tools;
    this.#unitNames = this.#readUnitNames();
  }

  /** Why a node is not to be found where the hub says; undefined when it is. */
  async problemOf(node: ShownNode, label: string): Promise<string | undefined> {
    const parts = readFactId(node.id);
    if (parts === undefined) return `${node.id} is not the id of a fact`;
    if (parts.type === "org-unit") {
      const name = decodeURIComponent(parts.nativeId.split("/").at(-1) ?? "");
      const isKnown = parts.nativeId === "/" || (await this.#unitNames).has(name);
      return isKnown ? undefined : `nobody is in the unit ${parts.nativeId}`;
    }
    if (parts.type === "person") {
      const employee = await this.#tools.bamboohr.find(`/employees/${parts.nativeId}`);
      return employee === undefined ? `there is no employee ${parts.nativeId}` : undefined;
    }
    if (node.url === undefined) return `${node.id} has no address`;
    const record = await this.#read(node.url);
    if (record === undefined) return `nothing at ${node.url}`;
    if (record.nativeId !== parts.nativeId) return `${node.url} shows ${record.nativeId}`;
    return label.includes(record.title) ? undefined : `${node.url} is called “${record.title}”`;
  }

  /** Whether the source itself holds the step from one node up to the next, or onto what blocks it. */
  async holdsStep(from: ShownNode, to: ShownNode): Promise<boolean> {
    const target = readFactId(to.id);
    const record = from.url === undefined ? undefined : await this.#read(from.url);
    if (record === undefined || target === undefined) return false;
    if (record.names.has(target.nativeId)) return true;
    if (target.connector !== "asana" || target.type !== "goal") return false;
    const path = `/goal_relationships?supported_goal=${target.nativeId}&limit=100`;
    const { data } = Supports.parse(await this.#tools.asana.find(path));
    return data.some(({ supporting_resource }) => supporting_resource.gid === record.nativeId);
  }

  #read(url: string): Promise<SourceRecord | undefined> {
    const reading = this.#records.get(url) ?? this.#readNow(url);
    this.#records.set(url, reading);
    return reading;
  }

  async #readNow(text: string): Promise<SourceRecord | undefined> {
    const url = new URL(text);
    const { jira, asana } = this.#tools;
    if (url.origin === jira.origin) return this.#readIssue(url.pathname.split("/").at(-1) ?? "");
    if (url.origin !== asana.origin) return undefined;
    const [, , first, second] = url.pathname.split("/");
    if (first === "goal") return this.#readGoal(second ?? "");
    return second === "list" ? this.#readProject(first ?? "") : this.#readTask(second ?? "");
  }

  async #readIssue(key: string): Promise<SourceRecord | undefined> {
    const found = await this.#tools.jira.find(`/rest/api/3/issue/${key}`);
    if (found === undefined) return undefined;
    const { id, fields } = JiraIssue.parse(found);
    const texts = Object.values(fields).flatMap(gidsIn);
    const blockers = fields.issuelinks.flatMap(({ inwardIssue }) => inwardIssue?.id ?? []);
    const names = new Set([...texts, ...blockers, ...(fields.parent ? [fields.parent.id] : [])]);
    return { nativeId: id, title: fields.summary, names };
  }

  async #readTask(gid: string): Promise<SourceRecord | undefined> {
    const fields = "name,parent,memberships.project,dependencies";
    const found = await this.#tools.asana.find(`/tasks/${gid}?opt_fields=${fields}`);
    if (found === undefined) return undefined;
    const task = z.object({ data: AsanaTask }).parse(found).data;
    const refs = [task.parent, ...task.memberships.map((one) => one.project), ...task.dependencies];
    const names = new Set(refs.flatMap((ref) => ref?.gid ?? []));
    return { nativeId: task.gid, title: task.name, names };
  }

  async #readProject(gid: string): Promise<SourceRecord | undefined> {
    const found = await this.#tools.asana.find(`/projects/${gid}?opt_fields=name`);
    if (found === undefined) return undefined;
    const { data } = AsanaNamed.parse(found);
    return { nativeId: data.gid, title: data.name, names: new Set() };
  }

  async #readGoal(gid: string): Promise<SourceRecord | undefined> {
    const found = await this.#tools.asana.find(`/goals/${gid}?opt_fields=name`);
    if (found === undefined) return undefined;
    const { data } = AsanaNamed.parse(found);
    const parents = AsanaRefs.parse(await this.#tools.asana.find(`/goals/${gid}/parentGoals`));
    const names = new Set(parents.data.map((parent) => parent.gid));
    return { nativeId: data.gid, title: data.name, names };
  }

  async #readUnitNames(): Promise<ReadonlySet<string>> {
    const Ids = z.looseObject({ employees: z.array(z.looseObject({ id: z.string() })) });
    const { employees } = Ids.parse(await this.#tools.bamboohr.find("/employees/directory"));
    const fields = "division,department,customTeam";
    const found = await Promise.all(
      employees.map(({ id }) => this.#tools.bamboohr.find(`/employees/${id}?fields=${fields}`)),
    );
    const people = found.map((one) => Employee.parse(one));
    return new Set(
      people.flatMap(({ division, department, customTeam }) =>
        [division, department, customTeam].filter((name) => typeof name === "string"),
      ),
    );
  }
}

/** An address in a field names what it shows by its gid, in either generation of Asana's addresses. */
function gidsIn(value: unknown): readonly string[] {
  if (typeof value !== "string" || !URL.canParse(value)) return [];
  return new URL(value).pathname.split("/").filter((part) => /^\d+$/u.test(part));
}
