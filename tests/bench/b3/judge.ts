import type { BenchResult } from "../bench.ts";
import { amount } from "../report.ts";
import { median, percentile } from "../statistics.ts";
import { noOps, signalMix } from "../workload/mix.ts";
import type { Flight } from "./flight-log.ts";
import type { Tellings } from "./tellings.ts";

/** One round: the hub at its limit, what this machine could do then, the hub at rest and at two rates. */
export interface Round {
  /** Events a second, as fast as they are taken. */
  readonly saturated: number;
  /** What was sent for that. */
  readonly burst: readonly Flight[];
  readonly intakeLimit: number;
  readonly writeLimit: number;
  readonly alone: readonly Flight[];
  /** At a quarter of the rate of saturation. */
  readonly quarter: readonly Flight[];
  /** At 500 events a second, even where that is more than the machine can do. */
  readonly wished: readonly Flight[];
}

/** What the research asks for in absolute terms; printed, never judged. */
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

interface Rest {
  /** Deliveries that resolve alerts, after the rounds. */
  readonly ends: readonly Flight[];
  readonly tellings: Tellings;
  readonly jiraRequests: number;
}

export function judgeEndToEnd(
  rounds: readonly Round[],
  { ends: resolving, tellings, jiraRequests }: Rest,
): BenchResult {
  for (const { alone, quarter, wished } of rounds) {
    // Ratios of rounds that tell of nothing are no numbers, and the median of those is chance.
    const isEmpty = [alone, quarter, wished].some((flights) => openedMs(flights).length === 0);
    if (isEmpty)
      throw new Error("No alert was left to open: the company needs more epics and pairs");
  }
  const saturated = median(rounds.map((round) => round.saturated));
  const told = (flights: (round: Round) => readonly Flight[]) =>
    rounds.flatMap((round) => openedMs(flights(round)));
  const [alone, quarter] = [told((round) => round.alone), told((round) => round.quarter)];
  const { opened, endsDue, named, counted, ends } = tellings.counts;
  return {
    checks: [
      {
        what: "events a second at saturation, backlog drained",
        measured: saturated,
        limit: median(rounds.map(limitOf)),
        limitName: "durable intake and conditional writes alone",
        unit: "events/s",
        ratio: median(rounds.map((round) => round.saturated / limitOf(round))),
        // The limit reads nothing: what is around a change, and who must hear of it, is the rest.
        target: { atLeast: 0.25 },
      },
      {
        what: "delivery sent → message that tells of its alert, median at a quarter of that rate",
        measured: median(quarter),
        limit: median(alone),
        limitName: "one event at a time",
        unit: "ms",
        ratio: median(
          rounds.map(({ quarter, alone }) => median(openedMs(quarter)) / median(openedMs(alone))),
        ),
        target: { atMost: 5 },
      },
      {
        // One that is missing stops the benchmark, so that this fails by what is told twice or wrongly.
        what: "alerts told of, each once; and ends of messages",
        measured: named + counted + ends + tellings.unexpected,
        limit: opened + endsDue,
        limitName: "opened, and messages of which nothing stands any more",
        unit: "tellings",
        target: { atMost: 1 },
      },
    ],
    notes: [
      ...notesOn(rounds, saturated),
      ...tellingNotes(resolving, tellings),
      `requests of the hub to Jira meanwhile: ${jiraRequests}`,
    ],
  };
}

function notesOn(rounds: readonly Round[], saturated: number): readonly string[] {
  const wishedTold = rounds.flatMap((round) => openedMs(round.wished));
  const p99 = percentile(wishedTold, 0.99);
  const each = (pick: (round: Round) => number) =>
    rounds.map((round) => amount(pick(round))).join(", ");
  return [
    `at 500 events/s, to the alert's message: ${spread(wishedTold)} (asked for: p99 ${wished.p99Ms} ms, ${met(p99 <= wished.p99Ms)})`,
    ...spreads(
      "at 500 events/s",
      rounds.flatMap((round) => round.wished),
    ),
    `at a quarter of saturation, to the alert's message: ${spread(rounds.flatMap((round) => openedMs(round.quarter)))}`,
    ...spreads(
      "at a quarter of saturation",
      rounds.flatMap((round) => round.quarter),
    ),
    `one at a time, to the alert's message: ${spread(rounds.flatMap((round) => openedMs(round.alone)))}`,
    `in bursts as fast as they are taken, to the alert's message: ${spread(rounds.flatMap((round) => openedMs(round.burst)))}`,
    `at saturation, by round: ${each((round) => round.saturated)} events/s (asked for: ${amount(wished.perSecond)}, ${met(saturated >= wished.perSecond)})`,
    `limits, by round: intake ${each((round) => round.intakeLimit)} requests/s, conditional writes ${each((round) => round.writeLimit)}/s; ${writesPerEvent.toFixed(2)} writes an event`,
  ];
}

function tellingNotes(resolving: readonly Flight[], { counts }: Tellings): readonly string[] {
  const { opened, messages, counted, resolved, endsDue } = counts;
  return [
    `${opened} alerts opened, told in ${messages} messages, ${counted} of them as one that a message counts and does not name`,
    `${resolved} alerts resolved after that, ${endsDue} of them the last of their message; from its delivery to the message that all of it is over: ${spread(endedMs(resolving))}`,
  ];
}

function spreads(at: string, flights: readonly Flight[]): readonly string[] {
  return [
    `${at}, to the graph: ${spread(graphMs(flights))}; to the answer: ${spread(answerMs(flights))}`,
  ];
}

function spread(values: readonly number[]): string {
  const [p99, most] = [percentile(values, 0.99), percentile(values, 1)];
  return `p50 ${ms(median(values))}, p99 ${ms(p99)}, most ${ms(most)} (of ${values.length})`;
}

/** Of what opened an alert: to the message that names it, or counts it. */
function openedMs(flights: readonly Flight[]): readonly number[] {
  return flights.flatMap((flight) => (flight.toldBy === "end" ? [] : toldMs(flight)));
}

/** Of what resolved the last alert of a message: to the one that says that all of it is over. */
function endedMs(flights: readonly Flight[]): readonly number[] {
  return flights.flatMap((flight) => (flight.toldBy === "end" ? toldMs(flight) : []));
}

function toldMs({ sentMs, toldMs }: Flight): readonly number[] {
  return toldMs === undefined ? [] : [toldMs - sentMs];
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
