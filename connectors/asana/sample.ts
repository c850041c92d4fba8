import { shortText } from "#shared/model/facts.ts";
import { readInstant } from "#shared/model/time.ts";

import { collect, orGap, type ReaderDeps, unlessAbsent } from "./reader.ts";
import {
  ProjectSketch,
  projectSketchFields,
  SectionWire,
  type SketchedField,
  taskFieldsSampled,
  TaskSample,
} from "./wire.ts";

/** A custom field, and on how many of the projects looked at it is. */
export interface SampledField {
  /** Of all fields of the name. */
  readonly gids: readonly string[];
  readonly name: string;
  readonly type: string;
  /** Options of a choice. */
  readonly options: readonly string[];
  readonly projects: number;
  /** Texts that tasks have in it. */
  readonly texts: readonly string[];
}

/** What a bounded look into some projects shows. */
export interface Sample {
  /** Projects whose fields were seen. */
  readonly projects: number;
  readonly fields: readonly SampledField[];
  /** Names of sections, and in how many of the projects looked into they are. */
  readonly sections: ReadonlyMap<string, number>;
}

/** One page of projects per workspace is looked at; the latest changed of them are looked into. */
const projectsLookedInto = 8;

export async function readSample(deps: ReaderDeps, workspaces: readonly string[]): Promise<Sample> {
  const lists = workspaces.map((workspace) =>
    orGap("projects", deps.client.projects(workspace, { fields: projectSketchFields })),
  );
  const projects = (await Promise.all(lists))
    .flatMap(({ value }) => value?.records ?? [])
    .flatMap((record) => ProjectSketch.safeParse(record).data ?? [])
    .filter(({ archived }) => archived !== true);
  const latest = projects
    .toSorted((a, b) => momentOf(b).localeCompare(momentOf(a)))
    .slice(0, projectsLookedInto);
  const [sections, texts] = await Promise.all([
    readSections(deps, latest),
    readTexts(deps, latest),
  ]);
  return { projects: projects.length, fields: fieldsOf(projects, texts), sections };
}

function momentOf({ modified_at }: ProjectSketch): string {
  return readInstant(modified_at) ?? "";
}

function fieldsOf(
  projects: readonly ProjectSketch[],
  texts: ReadonlyMap<string, readonly string[]>,
): readonly SampledField[] {
  const fields = new Map<string, SampledField>();
  const settings = projects.flatMap((project) => project.custom_field_settings ?? []);
  for (const { custom_field: field } of settings) {
    const name = shortText(field?.name);
    if (!field || name === undefined) continue;
    const { gids = [], options = [], projects: before = 0 } = fields.get(name) ?? {};
    fields.set(name, {
      gids: [...new Set([...gids, field.gid])],
      name,
      type: field.type ?? "",
      options: [...new Set([...options, ...optionsOf(field)])],
      projects: before + 1,
      texts: texts.get(name) ?? [],
    });
  }
  return [...fields.values()];
}

function optionsOf({ enum_options: options }: SketchedField): readonly string[] {
  return (options ?? []).flatMap(({ name }) => shortText(name) ?? []);
}

async function readSections(
  { client }: ReaderDeps,
  projects: readonly ProjectSketch[],
): Promise<ReadonlyMap<string, number>> {
  const lists = projects.map(({ gid }) =>
    unlessAbsent(collect(client.every((page) => client.sections(gid, page)))),
  );
  const counts = new Map<string, number>();
  for (const records of await Promise.all(lists)) {
    const names = (records ?? []).flatMap(
      (record) => shortText(SectionWire.safeParse(record).data?.name) ?? [],
    );
    for (const name of new Set(names)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/** One page of tasks of each: what people write into text fields tells what these are for. */
async function readTexts(
  { client }: ReaderDeps,
  projects: readonly ProjectSketch[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const lists = projects.map(async ({ gid: project }) => {
    const what = `tasks of project ${project}`;
    return unlessAbsent(client.tasks({ what, project }, { fields: taskFieldsSampled }));
  });
  const texts = new Map<string, string[]>();
  for (const page of await Promise.all(lists)) {
    for (const record of page?.records ?? []) {
      for (const field of TaskSample.safeParse(record).data?.custom_fields ?? []) {
        const name = shortText(field.name);
        const text = shortText(field.text_value, 2000);
        if (name === undefined || text === undefined) continue;
        texts.set(name, [...(texts.get(name) ?? []), text]);
      }
    }
  }
  return texts;
}
