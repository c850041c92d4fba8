import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import { deployablePattern, sampleOf, tryPattern } from "#shared/kit/custom-pattern.ts";
import type { SampleEvent } from "#shared/kit/custom-pattern.ts";
import { exampleSignals } from "#shared/kit/example-signals.ts";
import { eventSchemas } from "#shared/model/events.ts";
import type { EventType } from "#shared/model/events.ts";

import type { AppContext } from "../app-deps.ts";
import type { CustomRuleCheck, CustomRuleTrial } from "./custom-rule-answers.ts";

type Origin = CustomRuleTrial["fitting"][number]["origin"];

const shownMax = 10;

const GivenSample = z.looseObject({
  source: z.string().default("throughline"),
  "detail-type": z.string(),
  detail: z.unknown(),
});

/**
 * What a pattern would do: on all findings that are open now, on an example of each rule, and on the event
 * that was given. Throws `input.invalid` for one that may not be saved, saying why and where.
 */
export async function checkPattern(
  context: AppContext,
  { pattern, sample }: CustomRuleCheck,
): Promise<CustomRuleTrial> {
  const deployed = deployablePattern(pattern);
  const { openSignals } = await context.snapshots.read();
  const origins = new Map<SampleEvent, Origin>();
  const of = (origin: Origin, events: readonly SampleEvent[]) => {
    for (const event of events) origins.set(event, origin);
    return events;
  };
  const open = of(
    "open",
    openSignals.map((signal) => sampleOf(signal)),
  );
  const examples = [
    ...of(
      "example",
      exampleSignals(context.rules).map((signal) => sampleOf(signal)),
    ),
    ...of("yours", sample === undefined ? [] : [readSample(sample)]),
  ];
  const { tried, fitting } = tryPattern(deployed, { open, examples });
  const isFitting = (event: SampleEvent) => origins.get(event) === "open";
  return {
    deployedPattern: deployed,
    tried,
    open: open.length,
    fittingOpen: fitting.filter(isFitting).length,
    fitting: fitting
      .slice(0, shownMax)
      .map((event) => ({ ...wordsOf(event.detail), origin: origins.get(event) ?? "example" })),
  };
}

const Words = z.looseObject({
  title: z.string().catch(""),
  rule: z.string().catch(""),
  severity: z.string().catch(""),
});

function wordsOf(detail: unknown) {
  const { title, rule, severity } = Words.parse(detail ?? {});
  return { title, rule, severity };
}

/** An event of the admin's own must be one that there can be. */
function readSample(sample: unknown): SampleEvent {
  const event = GivenSample.safeParse(sample);
  if (!event.success) throw badSample("It has no `detail-type`: give the whole event");
  const { source, detail, "detail-type": type } = event.data;
  const schema = Object.hasOwn(eventSchemas, type) ? eventSchemas[type as EventType] : undefined;
  if (!schema) throw badSample(`There is no event “${type}”`);
  const parsed = schema.safeParse(detail);
  if (parsed.success) return { source, "detail-type": type, detail: parsed.data };
  const [issue] = parsed.error.issues;
  throw badSample(`detail.${issue?.path.join(".")}: ${issue?.message}`);
}

function badSample(message: string): HubError {
  return new HubError("input.invalid", `The sample is no event of this hub. ${message}`, {
    issues: [{ path: "sample", message }],
  });
}
