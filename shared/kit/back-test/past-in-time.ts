import {
  type LinkStretch,
  addGone,
  type PastParts,
  sourcesAsOf,
} from "#shared/graph/graph-as-of.ts";
import { LiveGraph } from "#shared/graph/live-graph.ts";
import type { Org } from "#shared/graph/org.ts";
import type { SourceStates } from "#shared/graph/sources.ts";
import { MemoryGraph } from "#shared/graph/view.ts";
import type { Instant } from "#shared/model/time.ts";
import { epochMsOf, hourMs, instantOf } from "#shared/model/time.ts";

import type { Delta } from "../rule.ts";
import { Haze } from "./haze.ts";
import { type OrgStep, OrgInTime } from "./org-in-time.ts";
import { RecordStates } from "./record-states.ts";

/** All that happened at one moment. */
export interface Happening {
  readonly at: Instant;
  readonly deltas: readonly Delta[];
  readonly org?: Org;
  readonly sources?: SourceStates;
  /** The clock's pass: what time alone has turned is seen now. */
  readonly isPass: boolean;
  /** What came to be known now had stood before in a way that nobody knows. */
  readonly liftsHaze: boolean;
  /** Everything is to be looked at: absence proves something else now. */
  readonly isOfAll: boolean;
}

type Event =
  | { readonly what: "record"; readonly index: number }
  | { readonly what: "link-begins" | "link-ends"; readonly stretch: LinkStretch }
  | { readonly what: "org" | "sources" | "pass" };

/** The graph of a moment that has passed, and all that happened to it since, in the order of time. */
export class PastInTime {
  readonly live: LiveGraph;
  readonly haze: Haze;
  readonly #records: RecordStates;
  readonly #org: OrgInTime;
  readonly #parts: PastParts;
  readonly #events: readonly (readonly [Instant, readonly Event[]])[];

  constructor(parts: PastParts, from: Instant, until: Instant) {
    this.#parts = parts;
    this.#records = new RecordStates(parts, from);
    this.#org = new OrgInTime(parts.org, from, until);
    const graph = new MemoryGraph(this.#org.org, sourcesAsOf(parts.sources, from), parts.linkRules);
    this.live = new LiveGraph(graph);
    const isUnread = [...parts.unreadable].some((id) => !id.startsWith("signal:"));
    const hazy = this.#records.fill(this.live);
    addGone(graph, parts, new Set(hazy.map(({ past }) => past.id)));
    this.haze = new Haze(hazy, isUnread);
    for (const record of hazy) {
      this.haze.addNamed(record.past.id, new Set(this.#records.goalsNamedBy(record)));
    }
    for (const stretch of parts.personLinks) this.#begin(stretch, from);
    this.#events = this.#sorted(from, until);
  }

  /** How closely the organisation is followed. */
  get orgStep(): OrgStep {
    return this.#org.step;
  }

  *happenings(): Iterable<Happening> {
    for (const [at, events] of this.#events) yield this.#happen(at, events);
  }

  #begin({ link, from, to, isForgotten }: LinkStretch, at: Instant): void {
    if (to !== undefined && to <= at) return;
    if (isForgotten === true) this.haze.addEnd(link.fromId);
    else if (from <= at) this.live.putLink(link);
  }

  #sorted(from: Instant, until: Instant): readonly (readonly [Instant, readonly Event[]])[] {
    const byMoment = new Map<Instant, Event[]>();
    const add = (at: Instant | undefined, event: Event) => {
      if (at === undefined || at <= from || at > until) return;
      const held = byMoment.get(at);
      if (held) held.push(event);
      else byMoment.set(at, [event]);
    };
    for (const [at, index] of this.#records.moments(from, until))
      add(at, { what: "record", index });
    for (const stretch of this.#parts.personLinks) {
      if (stretch.isForgotten !== true) add(stretch.from, { what: "link-begins", stretch });
      add(stretch.to, { what: "link-ends", stretch });
    }
    for (const at of this.#org.moments()) add(at, { what: "org" });
    for (const { createdAt, readyAt } of this.#parts.sources.values()) {
      add(createdAt, { what: "sources" });
      add(readyAt, { what: "sources" });
    }
    for (const at of wholeHours(from, until)) add(at, { what: "pass" });
    return [...byMoment].toSorted(([a], [b]) => (a < b ? -1 : 1));
  }

  #happen(at: Instant, events: readonly Event[]): Happening {
    const told: Told = { deltas: [], liftsHaze: false, isOfAll: false };
    for (const event of events) this.#take(told, event, at);
    const has = (what: Event["what"]) => events.some((event) => event.what === what);
    const [isOfOrg, isOfSources] = [has("org"), has("sources")];
    if (isOfOrg) told.deltas.push(...this.#org.moveTo(at));
    return {
      at,
      ...told,
      ...(isOfOrg && { org: this.#org.org }),
      ...(isOfSources && { sources: sourcesAsOf(this.#parts.sources, at) }),
      isPass: has("pass"),
      isOfAll: told.isOfAll || isOfSources,
    };
  }

  #take(told: Told, event: Event, at: Instant): void {
    if (event.what === "record") {
      const step = this.#records.step(event.index, at);
      told.deltas.push(...(step?.deltas ?? []));
      if (step?.isKnownNow !== true) return;
      told.liftsHaze = true;
      told.isOfAll = this.haze.lift(step.id) || told.isOfAll;
    } else if (event.what === "link-begins") {
      told.deltas.push({ after: event.stretch.link });
    } else if (event.what === "link-ends") {
      const { link, isForgotten } = event.stretch;
      told.deltas.push({ before: link });
      if (isForgotten !== true) return;
      this.haze.dropEnd(link.fromId);
      told.liftsHaze = true;
    }
  }
}

/** What events of one moment come to. */
interface Told {
  readonly deltas: Delta[];
  liftsHaze: boolean;
  isOfAll: boolean;
}

function* wholeHours(after: Instant, until: Instant): Iterable<Instant> {
  const untilMs = epochMsOf(until);
  const firstMs = (Math.floor(epochMsOf(after) / hourMs) + 1) * hourMs;
  for (let ms = firstMs; ms <= untilMs; ms += hourMs) yield instantOf(ms);
}
