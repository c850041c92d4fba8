import * as z from "zod";

import { lineOfSight } from "#shared/graph/line-of-sight.ts";
import type { VerdictKind } from "#shared/graph/line-of-sight.ts";
import type { Collection, Source } from "#shared/kit/connector.ts";
import type { Rule } from "#shared/kit/rule.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { Fact, WorkItem } from "#shared/model/facts.ts";
import { Severity } from "#shared/model/signal.ts";
import type { Clock } from "#shared/ports/clock.ts";
import { listDocuments } from "#shared/store/documents.ts";
import { lists } from "#shared/store/keys.ts";
import { ruleSettingsSpec } from "#shared/store/specs.ts";

import type { AppContext } from "../app-deps.ts";
import { readAllowances } from "../work-items/allowances.ts";
import { Deadline } from "./deadline.ts";
import { openForPerson } from "./discover.ts";
import { readAbove } from "./read-above.ts";
import { readSample } from "./read-sample.ts";
import type { Sampled } from "./read-sample.ts";
import { graphOfSample } from "./sample-graph.ts";
import type { SampleGraph } from "./sample-graph.ts";

const count = z.int().nonnegative();

export const DryRunAnswer = z
  .strictObject({
    asOf: z.string(),
    isWhole: z.boolean().meta({ description: "The sample is all there is" }),
    collections: z.array(
      z.strictObject({
        name: z.string(),
        title: z.string(),
        records: count,
        recordsTotal: count.optional(),
        ended: z.enum(["whole", "part", "time", "refused"]),
        problem: z.string().optional(),
      }),
    ),
    recordsAbove: count.meta({
      description: "Parents and goals of the sample, read for its verdicts and not counted in it",
    }),
    normalized: z
      .array(
        z.strictObject({
          type: z.string(),
          kind: z.string(),
          originalKinds: z.array(z.string()),
          count,
          examples: z.array(z.string()),
        }),
      )
      .meta({ description: "What the sample's records would become" }),
    notUnderstood: z.array(
      z.strictObject({ collection: z.string(), record: z.string(), reason: z.string() }),
    ),
    gaps: z.array(z.strictObject({ what: z.string(), why: z.string() })),
    verdicts: z
      .array(
        z.strictObject({
          kind: z.enum(["linked", "unlinked", "allowed", "unlinkable", "unknown"]),
          count,
          examples: z.array(
            z.strictObject({
              title: z.string(),
              key: z.string().optional(),
              url: z.string().optional(),
              reason: z.string(),
            }),
          ),
        }),
      )
      .meta({ description: "Of the sample's work; what hangs on unread records is unknown" }),
    alerts: z
      .array(
        z.strictObject({
          rule: z.string(),
          title: z.string(),
          count,
          examples: z.array(
            z.strictObject({ title: z.string(), sentence: z.string(), severity: Severity }),
          ),
        }),
      )
      .meta({ description: "What would be alerted for the sample" }),
  })
  .meta({ id: "DryRun" });
export type DryRunAnswer = z.infer<typeof DryRunAnswer>;

const sampleMsMax = 15_000;
const examplesMax = 3;
const notUnderstoodMax = 20;
const verdictOrder: readonly VerdictKind[] = [
  "linked",
  "unlinked",
  "allowed",
  "unlinkable",
  "unknown",
];

/** What reading the connection would bring, shown on the first records of each collection. Stores nothing. */
export async function dryRun(context: AppContext, connection: Connection): Promise<DryRunAnswer> {
  const { collections } = context.registry.get(connection.connector);
  const source = await openForPerson(context, connection);
  const { sample, above } = await look(source, collections, context.clock);
  const seen = await graphOfSample(context, connection, { sample, above });
  const rejected = sample.flatMap(({ collection, rejected: records }) =>
    records.map((one) => ({ ...one, collection: collection.name })),
  );
  return {
    asOf: context.clock.now(),
    isWhole: sample.every(({ ended }) => ended === "whole"),
    collections: sample.map(describeSampled),
    recordsAbove: above.length,
    normalized: normalized(seen.facts),
    notUnderstood: [...rejected, ...seen.refused]
      .slice(0, notUnderstoodMax)
      .map(({ collection, record, reason }) => ({ collection, record, reason })),
    gaps: sample.flatMap(({ gaps }) => gaps.map(({ what, why }) => ({ what, why }))),
    verdicts: await verdicts(context, seen),
    alerts: await alerts(context, seen),
  };
}

async function look(source: Source, collections: readonly Collection[], clock: Clock) {
  const deadline = new Deadline(clock, sampleMsMax);
  try {
    const sample = await readSample(source, collections, deadline);
    const changes = sample.flatMap((one) => one.changes);
    return { sample, above: await readAbove(source, collections, { sample: changes, deadline }) };
  } finally {
    deadline.end();
  }
}

function describeSampled({
  collection,
  records,
  recordsTotal,
  ended,
  problem,
}: Sampled): DryRunAnswer["collections"][number] {
  return {
    name: collection.name,
    title: collection.title,
    records,
    ...(recordsTotal !== undefined && { recordsTotal }),
    ended,
    ...(problem !== undefined && { problem }),
  };
}

function normalized(facts: readonly Fact[]): DryRunAnswer["normalized"] {
  const groups = Map.groupBy(facts, (fact) => `${fact.type}\n${kindOf(fact)}`);
  return [...groups.values()]
    .flatMap((group) => {
      const [first] = group;
      if (!first) return [];
      const originals = group.flatMap((fact) => ("originalKind" in fact ? fact.originalKind : []));
      return {
        type: first.type,
        kind: kindOf(first),
        originalKinds: [...new Set(originals)].slice(0, examplesMax),
        count: group.length,
        examples: group
          .map(titleOf)
          .filter((title) => title !== "")
          .slice(0, examplesMax),
      };
    })
    .toSorted((a, b) => b.count - a.count);
}

function kindOf(fact: Fact): string {
  return fact.type === "work-item" || fact.type === "goal" ? fact.kind : fact.type;
}

/** People are counted, not shown: an example needs no name. */
function titleOf(fact: Fact): string {
  if (fact.type === "work-item" || fact.type === "goal") return fact.title;
  return fact.type === "org-unit" ? fact.name : "";
}

async function verdicts(
  context: AppContext,
  { graph, facts }: SampleGraph,
): Promise<DryRunAnswer["verdicts"]> {
  const allowances = await readAllowances(context.table, context.rules);
  const options = { now: context.clock.now(), allowances };
  const items = facts.filter((fact): fact is WorkItem => fact.type === "work-item");
  const sights = items.map((item) => ({ item, sight: lineOfSight(graph, item, options) }));
  return verdictOrder.flatMap((kind) => {
    const own = sights.filter(({ sight }) => sight.verdict === kind);
    if (own.length === 0) return [];
    const examples = own.slice(0, examplesMax).map(({ item, sight }) => ({
      title: item.title,
      ...(item.key !== undefined && { key: item.key }),
      ...(item.url !== undefined && { url: item.url }),
      reason: sight.reason,
    }));
    return { kind, count: own.length, examples };
  });
}

async function alerts(
  context: AppContext,
  { graph }: SampleGraph,
): Promise<DryRunAnswer["alerts"]> {
  const now = context.clock.now();
  const found: DryRunAnswer["alerts"] = [];
  for (const { rule, options } of await switchedOn(context)) {
    const open = [...new Set(rule.subjects(graph))].flatMap((subjectId) => {
      const evaluation = rule.evaluate({ view: graph, subjectId, options, now });
      return evaluation.state === "open" ? evaluation : [];
    });
    if (open.length === 0) continue;
    const examples = open.slice(0, examplesMax).map(({ title, evidence, severity }) => ({
      title,
      sentence: evidence.sentence,
      severity,
    }));
    found.push({ rule: rule.name, title: rule.title, count: open.length, examples });
  }
  return found;
}

/** The rules that are on, as they are set; options that no longer parse mean the defaults. */
async function switchedOn({
  table,
  rules,
}: AppContext): Promise<readonly { readonly rule: Rule; readonly options: unknown }[]> {
  const settings = await listDocuments(table, ruleSettingsSpec, lists.ruleSettings);
  return rules.flatMap((rule) => {
    const own = settings.find((candidate) => candidate.rule === rule.name);
    if (own?.isEnabled === false) return [];
    const parsed = rule.options.safeParse(own?.options ?? {});
    return { rule, options: parsed.success ? parsed.data : rule.options.parse({}) };
  });
}
