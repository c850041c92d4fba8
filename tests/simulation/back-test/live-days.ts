import type { SQSEvent } from "aws-lambda";

import { createHandler as createAlert } from "#functions/alert/handler.ts";
import { sweep } from "#functions/sweep/sweep.ts";
import { deployablePattern } from "#shared/kit/custom-pattern.ts";
import { compilePattern } from "#shared/kit/event-pattern/compile-pattern.ts";
import { Registry } from "#shared/kit/registry.ts";
import { CustomRuleId } from "#shared/model/custom-rule.ts";
import type { EventPattern } from "#shared/model/custom-rule.ts";
import type { Link } from "#shared/model/edges.ts";
import { eventSource } from "#shared/model/events.ts";
import { readSignalId } from "#shared/model/ids.ts";
import type { RuleName, SubjectId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";
import { dayMs, epochMsOf, hourMs, instantOf, minuteMs } from "#shared/model/time.ts";
import { rules } from "#shared/rules/index.ts";
import { customRuleSpec } from "#shared/store/custom-rules.ts";
import { createDocument } from "#shared/store/documents.ts";
import { endPersonLink, statePersonLink } from "#shared/store/person-links.ts";
import { goalConnection, peopleConnection, workConnection } from "#shared/testing/facts.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";

import { MemoryHub } from "../../rig/memory-hub.ts";
import { beginning, someDays } from "./some-days.ts";
import type { Act, SomeDays } from "./some-days.ts";

/** What really happened to the findings and alerts of all rules. */
export interface Lived {
  readonly hub: MemoryHub;
  readonly from: Instant;
  readonly to: Instant;
  readonly episodes: ReadonlyMap<RuleName, readonly LivedEpisode[]>;
  readonly alerts: ReadonlyMap<RuleName, readonly LivedAlert[]>;
  readonly customRules: readonly LivedCustomRule[];
}

/** A rule that an ops admin wrote before the days began. */
export interface LivedCustomRule {
  readonly id: CustomRuleId;
  readonly pattern: EventPattern;
}

export interface LivedEpisode {
  readonly subjectId: SubjectId;
  readonly openedAt: Instant;
  readonly clearedAt?: Instant;
  /** Everything that it names. */
  readonly about: readonly string[];
}

export interface LivedAlert {
  /** The rule that found it, be the alert that rule's own or a custom one's. */
  readonly foundBy: RuleName;
  readonly subjectId: SubjectId;
  readonly openedAt: Instant;
  /** When it was told of. */
  readonly at: Instant;
  /** When it was told that it is over. */
  endedAt?: Instant;
}

/** How long alerts of all rules wait. */
export interface Waits {
  readonly graceMinutes: number;
  readonly holdDownMinutes: number;
}

/** Lets days pass over the real handlers with all rules on: steps, the hourly pass and the sweep's minutes. */
export async function liveDays(
  given: SomeDays,
  settings: Waits,
  patterns: readonly EventPattern[] = [],
): Promise<Lived> {
  const hub = new MemoryHub();
  const [from, end] = [hub.clock.now(), hub.clock.nowMs() + given.days * dayMs];
  // None of them ever stands still: that one did is not remembered.
  const asReady = { readyAt: from, freshAt: instantOf(end + hourMs) };
  for (const id of [workConnection, goalConnection, peopleConnection])
    await hub.connect(id, asReady);
  for (const { name } of rules) await hub.setRule(name, settings);
  const customRules = await writeRules(hub, patterns);
  for (const { id } of customRules) await hub.setRule(id, settings);
  await hub.settle();
  await hub.apply(...beginning);
  const passing = new Passing(hub);
  let at = hub.clock.nowMs();
  for (const { afterMs, act } of someDays({ ...given, beginMs: at })) {
    at += afterMs;
    await passing.to(at);
    passing.expect(act);
    await happen(hub, act);
    await hub.settle();
    passing.note();
  }
  await passing.to(end);
  return { hub, from, to: hub.clock.now(), customRules, ...passing.told() };
}

/** As an ops admin saves them, and as the bus sends what fits them to alerts. */
async function writeRules(
  hub: MemoryHub,
  patterns: readonly EventPattern[],
): Promise<readonly LivedCustomRule[]> {
  const { table, clock } = hub;
  const written = patterns.map((pattern, at) => ({
    id: CustomRuleId.parse(`custom-${String(at).padStart(10, "0")}`),
    pattern: deployablePattern(pattern),
  }));
  const now = clock.now();
  for (const { id, pattern } of written) {
    await createDocument(table, customRuleSpec, {
      type: "custom-rule",
      id,
      title: "Ours",
      why: "It is ours.",
      nextStep: "Ask.",
      pattern,
      isEnabled: true,
      deployment: { state: "deployed", at: now },
      createdAt: now,
      updatedAt: now,
      revision: 0,
    });
  }
  const alert = createAlert({ table, clock, rules, logger: createSilentLogger([]) });
  const deployed = written.map(({ id, pattern }) => ({ id, ...compilePattern(pattern) }));
  hub.onEvent = async ({ type, detail }) => {
    const event = { source: eventSource, "detail-type": type, detail };
    const fitting = deployed.filter(({ matches }) => matches(event));
    const bodies = fitting.map(({ id }) => JSON.stringify({ customRule: id, detail }));
    const Records = bodies.map((body, at) => ({ messageId: String(at), body }));
    if (Records.length > 0) await alert({ Records } as SQSEvent);
  };
  return written;
}

/** Records are read when they change: since then the hub knows of them. */
async function happen(hub: MemoryHub, act: Act): Promise<void> {
  const now = hub.clock.now();
  if (act.kind === "change") {
    const { change } = act;
    const isRead = change.kind === "upserted";
    const told = isRead ? { ...change, record: { ...change.record, readAt: now } } : change;
    const { refused } = await hub.store(told);
    if (refused.length > 0) throw new Error(`Refused: ${JSON.stringify(refused)}`);
    return;
  }
  const ends = { fromId: act.from, toId: act.to, source: "person" as const };
  if (act.kind === "unlink") {
    await endPersonLink(hub.table, ends, now);
    return;
  }
  const expiresAt = act.expiresInMs === undefined ? undefined : hub.clock.nowMs() + act.expiresInMs;
  const link: Link = {
    type: "link",
    ...ends,
    confidence: 1,
    createdAt: now,
    ...(expiresAt !== undefined && { expiresAt: instantOf(expiresAt) }),
  };
  await statePersonLink(hub.table, link, []);
}

/** From which age of theirs rules ask what goals serve and what works for them, unless options say else. */
const goalAgeDays = 14;

/** The clock's part: passes at whole hours, the sweep when something may be due. */
class Passing {
  readonly #hub: MemoryHub;
  readonly #turns: number[] = [];
  readonly #episodes = new Map<RuleName, Map<string, LivedEpisode>>();
  readonly #alerts = new Map<RuleName, LivedAlert[]>();

  constructor(hub: MemoryHub) {
    this.#hub = hub;
    this.note();
  }

  /** When time alone may turn something: a link runs out, or a goal is so old that rules ask about it. */
  expect(act: Act): void {
    if (act.kind === "link" && act.expiresInMs !== undefined)
      this.#turns.push(this.#nowMs + act.expiresInMs);
    if (act.kind !== "change" || act.change.kind !== "upserted") return;
    if (act.change.record.type === "goal") this.#turns.push(this.#nowMs + goalAgeDays * dayMs);
  }

  async to(ms: number): Promise<void> {
    for (;;) {
      const [pass, due] = [this.#nextPass(), await this.#nextGrace()];
      const next = Math.min(pass, due ?? pass);
      if (next > ms) break;
      this.#hub.clock.advance(next - this.#nowMs);
      if (next % dayMs === 0 || next === due) await this.#sweep();
      if (next === pass) await this.#hub.selfCheck();
      this.note();
    }
    this.#hub.clock.advance(ms - this.#nowMs);
  }

  /** The pass comes every hour; one before which nothing has turned finds nothing. */
  #nextPass(): number {
    const midnight = (Math.floor(this.#nowMs / dayMs) + 1) * dayMs;
    const hours = this.#turns.map((ms) => Math.ceil(ms / hourMs) * hourMs);
    return Math.min(midnight, ...hours.filter((hour) => hour > this.#nowMs));
  }

  get #nowMs(): number {
    return this.#hub.clock.nowMs();
  }

  /** The sweep runs every minute; in between nothing is due. */
  async #nextGrace(): Promise<number | undefined> {
    const pending = await this.#hub.alerts("pending");
    const ends = pending.flatMap(({ graceUntil }) => (graceUntil ? [epochMsOf(graceUntil)] : []));
    const minutes = ends.map(
      (ms) => Math.ceil(Math.max(ms, this.#nowMs + 1) / minuteMs) * minuteMs,
    );
    return minutes.length > 0 ? Math.min(...minutes) : undefined;
  }

  async #sweep(): Promise<void> {
    const { table, clock } = this.#hub;
    const pulls = { send: async () => {} };
    const registry = new Registry([]);
    await sweep({ table, clock, logger: createSilentLogger([]), pulls, registry, rules });
    await this.#hub.settle();
  }

  note(): void {
    for (const event of this.#hub.events.splice(0)) {
      if (event.type === "signal.opened.v1" || event.type === "signal.cleared.v1") {
        const { rule, subjectId, openedAt, clearedAt, evidence } = event.detail;
        const about = [...subjectId.split("=>"), ...evidence.path.map(({ id }) => id)];
        const held = this.#episodes.get(rule) ?? new Map<string, LivedEpisode>();
        this.#episodes.set(rule, held);
        held.set(`${subjectId} ${openedAt}`, {
          subjectId,
          openedAt,
          about,
          ...(clearedAt && { clearedAt }),
        });
      } else if (event.type === "alert.opened.v1") {
        const { rule, signalId, subjectId, openedAt } = event.detail;
        const foundBy = readSignalId(signalId).rule;
        const told = this.#alerts.get(rule) ?? [];
        this.#alerts.set(rule, told);
        told.push({ foundBy, subjectId, openedAt, at: this.#hub.clock.now() });
      } else if (event.type === "alert.resolved.v1") {
        const { rule, signalId, resolvedAt } = event.detail;
        const { rule: foundBy, subjectId } = readSignalId(signalId);
        const ended = this.#alerts
          .get(rule)
          ?.findLast((one) => one.foundBy === foundBy && one.subjectId === subjectId);
        if (ended && resolvedAt !== undefined) ended.endedAt = resolvedAt;
      }
    }
  }

  told(): Pick<Lived, "episodes" | "alerts"> {
    const episodes = new Map(
      [...this.#episodes].map(([rule, held]) => [rule, [...held.values()]] as const),
    );
    return { episodes, alerts: this.#alerts };
  }
}
