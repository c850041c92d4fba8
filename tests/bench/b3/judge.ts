import type { BenchResult } from "../bench.ts";
import { amount } from "../report.ts";
import { median, percentile } from "../statistics.ts";
import { noOps, signalMix } from "../workload/mix.ts";
import type { Flight } from "./flight-log.ts";

/** One round: the hub at rest, at a steady rate and at its limit, and what this machine could do then. */
export interface Round {
  readonly alone: readonly Flight[];
  readonly paced: readonly Flight[];
  /** Events a second. */
  readonly saturated: number;
  readonly intakeLimit: number;
  readonly writeLimit: number;
}

/** What the targets of the benchmark are in absolute terms; printed, never judged. */
const wished = { p99Ms: 25, perSecond: 3000 } as const;

/**
 * Writes that an event of the mix cannot do without, on average: the fact, where one changes; then
 * the signal, its alert, and a notification before and after it is sent.
 */
const writesPerEvent =
  signalMix.reduce((sum, kind) => {
    const isSignal = kind === "relink" || kind === "block";
    return sum + (noOps.has(kind) ? 0 : 1) + (isSignal ? 4 : 0);
  }, 0) / signalMix.length;

/** Events a second, were there nothing but taking them in durably and writing what they change. */
function limitOf({ intakeLimit, writeLimit }: Round): number {
  return 1 / (1 / intakeLimit + writesPerEvent / writeLimit);
}

export function judgeEndToEnd(
  rounds: readonly Round[],
  { unexpected, jiraRequests }: { readonly unexpected: number; readonly jiraRequests: number },
): BenchResult {
  const saturated = median(rounds.map((round) => round.saturated));
  const alone = rounds.flatMap((round) => toldMs(round.alone));
  const paced = rounds.flatMap((round) => toldMs(round.paced));
  const graph = rounds.flatMap((round) => graphMs(round.paced));
  const answers = rounds.flatMap((round) => answerMs(round.paced));
  const p99 = percentile(paced, 0.99);
  return {
    checks: [
      {
        what: "events a second at saturation, backlog drained",
        measured: saturated,
        limit: median(rounds.map(limitOf)),
        limitName: "durable intake and conditional writes alone",
        unit: "events/s",
        ratio: median(rounds.map((round) => round.saturated / limitOf(round))),
        target: { atLeast: 0.33 },
      },
      {
        what: "delivery sent → message at the channel, median at 500 events/s",
        measured: median(paced),
        limit: median(alone),
        limitName: "one event at a time",
        unit: "ms",
        ratio: median(
          rounds.map((round) => median(toldMs(round.paced)) / median(toldMs(round.alone))),
        ),
        target: { atMost: 2 },
      },
      {
        what: "alerts told, each once",
        measured: alone.length + paced.length + unexpected,
        limit: alone.length + paced.length,
        limitName: "opened or resolved",
        unit: "messages",
        target: { atMost: 1 },
      },
    ],
    notes: [
      `to the message at 500/s: p50 ${ms(median(paced))}, p99 ${ms(p99)} (wished: ${wished.p99Ms} ms, ${met(p99 <= wished.p99Ms)})`,
      `to the graph at 500/s: p50 ${ms(median(graph))}, p99 ${ms(percentile(graph, 0.99))}; ` +
        `to the answer: p50 ${ms(median(answers))}, p99 ${ms(percentile(answers, 0.99))}`,
      `one at a time, to the message: p50 ${ms(median(alone))}, p99 ${ms(percentile(alone, 0.99))}`,
      `at saturation ${rounds.map((round) => amount(round.saturated)).join(", ")} events/s ` +
        `(wished: ${amount(wished.perSecond)}, ${met(saturated >= wished.perSecond)})`,
      `limits: intake ${rounds.map((round) => amount(round.intakeLimit)).join(", ")} requests/s; ` +
        `conditional writes ${rounds.map((round) => amount(round.writeLimit)).join(", ")}/s; ` +
        `${writesPerEvent.toFixed(2)} writes an event`,
      `requests of the hub to Jira meanwhile: ${jiraRequests}`,
    ],
  };
}

function toldMs(flights: readonly Flight[]): readonly number[] {
  return flights.flatMap(({ sentMs, toldMs }) => (toldMs === undefined ? [] : [toldMs - sentMs]));
}

/** Of the events that raise no alert. */
function graphMs(flights: readonly Flight[]): readonly number[] {
  return flights.flatMap(({ event, sentMs, ingestedMs }) =>
    event.alert !== undefined || ingestedMs === undefined ? [] : [ingestedMs - sentMs],
  );
}

function answerMs(flights: readonly Flight[]): readonly number[] {
  return flights.flatMap(({ sentMs, answeredMs }) =>
    answeredMs === undefined ? [] : [answeredMs - sentMs],
  );
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}

function met(isMet: boolean): string {
  return isMet ? "met" : "not met";
}
