import { HubError } from "#shared/errors.ts";
import type { InputIssue } from "#shared/errors.ts";
import type { EventPattern } from "#shared/model/custom-rule.ts";
import { eventSource } from "#shared/model/events.ts";
import type { Signal } from "#shared/model/signal.ts";

import { compilePattern } from "./event-pattern/compile-pattern.ts";

/** Events that an alert can follow: there is a signal, which ends some day. */
export const alertingEvents = ["signal.opened.v1", "signal.updated.v1"] as const;

/** An event that a pattern is tried on. */
export interface SampleEvent {
  readonly source: string;
  readonly "detail-type": string;
  readonly detail: unknown;
}

/** The event that a signal is, or was, told by. */
export function sampleOf(
  signal: Signal,
  type: (typeof alertingEvents)[number] = "signal.opened.v1",
): SampleEvent {
  const { type: _type, revision: _revision, earlier: _earlier, looks: _looks, ...detail } = signal;
  return { source: eventSource, "detail-type": type, detail };
}

/**
 * The pattern as it is deployed: what goes without saying is added. Throws `input.invalid`, with every
 * problem at its place, for one that EventBridge or this hub would not take.
 */
export function deployablePattern(pattern: EventPattern): EventPattern {
  compilePattern(pattern);
  const issues = [...sourceIssues(pattern), ...typeIssues(pattern)];
  if (!asksOfDetail(pattern)) {
    issues.push({
      path: "pattern.detail",
      message:
        "This would fit every finding of every rule. Say in `detail` which: a rule, a severity, a team, a tool",
    });
  }
  refuse(issues);
  const whole = { source: [eventSource], "detail-type": [...alertingEvents], ...pattern };
  // With what was added it may have become too long.
  compilePattern(whole);
  return whole;
}

function refuse(issues: readonly InputIssue[]): void {
  const [first] = issues;
  if (!first) return;
  throw new HubError("input.invalid", `The pattern cannot be used. ${first.message}`, { issues });
}

function sourceIssues({ source }: EventPattern): readonly InputIssue[] {
  const isOurs =
    source === undefined || compilePattern({ source }).matches({ source: eventSource });
  if (isOurs) return [];
  return [{ path: "pattern.source", message: `Everything on this bus is from “${eventSource}”` }];
}

function typeIssues(pattern: EventPattern): readonly InputIssue[] {
  const types = pattern["detail-type"];
  if (types === undefined) return [];
  const known: readonly unknown[] = alertingEvents;
  const isKnown = Array.isArray(types) && types.every((type) => known.includes(type));
  if (isKnown) return [];
  return [
    {
      path: "pattern.detail-type",
      message: `An alert follows a signal: name ${alertingEvents.join(", ")} or leave it out. Other events can be sent to a target of your own (docs/events.md)`,
    },
  ];
}

/** Whether every way to fit it asks something of the event's detail. */
function asksOfDetail(pattern: EventPattern): boolean {
  if (isAsking(pattern["detail"])) return true;
  const or = pattern["$or"];
  return (
    Array.isArray(or) &&
    or.every((branch) => isRecord(branch) && asksOfDetail(branch as EventPattern))
  );
}

/** A field with a list asks for something, unless that is no more than its being there. */
function isAsking(value: unknown): boolean {
  if (Array.isArray(value)) return value.some((one) => !isExistence(one));
  if (!isRecord(value)) return false;
  const { $or, ...fields } = value;
  if (Array.isArray($or) && $or.every(isAsking)) return true;
  return Object.values(fields).some(isAsking);
}

function isExistence(alternative: unknown): boolean {
  return isRecord(alternative) && ("exists" in alternative || alternative["prefix"] === "");
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether the signal, as it stands, fits by either of the events that tell of it. Takes a deployable pattern. */
export function fitsPattern(pattern: EventPattern): (signal: Signal) => boolean {
  const compiled = compilePattern(pattern);
  return (signal) => alertingEvents.some((type) => compiled.matches(sampleOf(signal, type)));
}

/** How a pattern does on samples. */
export interface PatternTrial {
  readonly tried: number;
  readonly fitting: readonly SampleEvent[];
}

/** Fewer samples say nothing about how broad a pattern is. */
const broadSamplesMin = 20;
/** A pattern that fits more of what is open is not a choice. */
const broadShareMax = 0.8;

/**
 * Tries a deployable pattern on what is open now, on examples of what there may be, and on an event that
 * the admin gave. Throws `input.invalid` for one that fits none of them, or nearly all that is open.
 */
export function tryPattern(
  pattern: EventPattern,
  samples: {
    readonly open: readonly SampleEvent[];
    readonly examples: readonly SampleEvent[];
  },
): PatternTrial {
  const compiled = compilePattern(pattern);
  const fits = (event: SampleEvent) => compiled.matches(event);
  const open = samples.open.filter(fits);
  const examples = samples.examples.filter(fits);
  const tried = samples.open.length + samples.examples.length;
  if (open.length + examples.length === 0) {
    throw new HubError(
      "input.invalid",
      "The pattern fits none of the events that it was tried on",
      {
        issues: [
          {
            path: "pattern",
            message: `None of ${tried} events fits: ${samples.open.length} findings that are open now, the others examples of each rule. Look at one of them for its fields, or give an event of your own as a sample`,
          },
        ],
      },
    );
  }
  const share = open.length / Math.max(1, samples.open.length);
  if (samples.open.length >= broadSamplesMin && share > broadShareMax) {
    throw new HubError("input.invalid", "The pattern is too broad to be of use", {
      issues: [
        {
          path: "pattern",
          message: `It fits ${open.length} of ${samples.open.length} findings that are open now. Ask for more: a severity, a team, a kind of work`,
        },
      ],
    });
  }
  return { tried, fitting: [...open, ...examples] };
}
