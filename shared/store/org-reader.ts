import type { MatchRate } from "#shared/graph/match-rate.ts";
import { isSameRate } from "#shared/graph/match-rate.ts";
import { Org } from "#shared/graph/org.ts";
import type { OrgParts } from "#shared/graph/org.ts";
import type { Match } from "#shared/model/edges.ts";
import type { Account, Fact, OrgUnit, Person } from "#shared/model/facts.ts";
import type { Membership, SamePerson } from "#shared/model/org.ts";
import { dateOf } from "#shared/model/time.ts";
import type { CalendarDate } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Key, Table } from "#shared/ports/table.ts";

import { orgVersionKey } from "./keys.ts";
import { matchRateIn, matchRateKey } from "./match-rate.ts";
import { orgChangesSince, readOrgChanges, versionOf } from "./org-changes.ts";
import { readOrgParts, withChanged } from "./org-parts.ts";
import type { PartLists } from "./org-parts.ts";

/** An index shows a write a moment later: what changed so shortly before it was read is read by itself. */
const indexLagMsMax = 10_000;
/** Further behind than this many changes, everything is read anew. */
const changesMax = 200;
/** A unit each, where everything is half a unit for some ten. */
const keysMax = 10_000;

/** What was read of one version. */
interface Known {
  readonly parts: PartLists;
  /** The index may have shown less than the version, and nobody said what of it changed. */
  readonly mayLag: boolean;
  /** When everything was read: what was written before shows, whether anybody announced it or not. */
  readonly wholeAtMs: number;
}

interface Cached {
  readonly version: number;
  /** Teams of a day end and begin without a write. */
  readonly day: CalendarDate;
  readonly rate: MatchRate | undefined;
  readonly readAtMs: number;
  readonly known: Promise<Known>;
  readonly org: Promise<Org>;
}

/**
 * Reads the organisation whole and keeps it: two read units a look, where nothing changed, and one more
 * for each person, unit or account that did. One reader per process; safe to share between concurrent
 * invocations.
 */
export class OrgReader {
  readonly #table: Table;
  readonly #clock: Clock;
  #cached: Cached | undefined;

  constructor(table: Table, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  /** `look` may be the same table, through which the caller looks at other things in the same moment. */
  async read(look: Pick<Table, "batchGet"> = this.#table): Promise<Org> {
    return (await this.#current(look)).org;
  }

  /** The organisation, and what it is made of, of all days. */
  async readWithParts(): Promise<{ readonly org: Org; readonly parts: PartLists }> {
    const { org, known } = await this.#current();
    return { org: await org, parts: (await known).parts };
  }

  /** The organisation; what was written after `wholeAtMs` shows only where it was announced. */
  async readWithAge(): Promise<{ readonly org: Org; readonly wholeAtMs: number }> {
    const { org, known } = await this.#current();
    return { org: await org, wholeAtMs: (await known).wholeAtMs };
  }

  async #current(
    look: Pick<Table, "batchGet"> = this.#table,
  ): Promise<Pick<Cached, "org" | "known">> {
    const items = await look.batchGet([orgVersionKey, matchRateKey]);
    const version = versionOf(items.find(({ sk }) => sk === orgVersionKey.sk));
    const rate = matchRateIn(items.find(({ sk }) => sk === matchRateKey.sk));
    const day = dateOf(this.#clock.now());
    const before = this.#cached;
    // Somebody who asked after us may have been answered before us.
    const isKnown = before !== undefined && before.version >= version;
    const isSame = isKnown && before.day === day && isSameRate(before.rate, rate);
    if (isSame && !(await this.#isOutrun(before))) return before;
    return this.#renew(before, { version, day, rate });
  }

  /** Whether what the index may have hidden must be visible by now. */
  async #isOutrun({ known, readAtMs }: Cached): Promise<boolean> {
    if (this.#clock.nowMs() < readAtMs + indexLagMsMax) return false;
    return (await known).mayLag;
  }

  #renew(
    before: Cached | undefined,
    wanted: Pick<Cached, "version" | "day" | "rate">,
  ): Pick<Cached, "org" | "known"> {
    // While we asked whether the index lagged, somebody else may have renewed it already.
    const current = this.#cached;
    if (current !== before && current && current.version >= wanted.version) return current;
    const known = this.#known(before, wanted.version);
    const org = known.then(
      ({ parts }) => new Org({ ...parts, day: wanted.day, matchRate: wanted.rate }),
    );
    const version = Math.max(wanted.version, before?.version ?? 0);
    const fresh: Cached = { ...wanted, version, readAtMs: this.#clock.nowMs(), known, org };
    this.#cached = fresh;
    // A failed load must not be remembered as the truth of this version.
    org.catch(() => {
      if (this.#cached === fresh) this.#cached = undefined;
    });
    return fresh;
  }

  async #known(before: Cached | undefined, version: number): Promise<Known> {
    const known = before && (await before.known.catch(() => undefined));
    const hasLagged = known?.mayLag === true;
    if (before && known && !hasLagged) {
      if (before.version >= version) return known;
      const keys = await this.#changedSince(before.version, version);
      if (keys) return { ...known, parts: await withChanged(this.#table, known.parts, keys) };
    }
    return this.#whole(version);
  }

  /** What the announcements after one version up to another name; undefined where not all is named. */
  async #changedSince(after: number, version: number): Promise<readonly Key[] | undefined> {
    if (version - after > changesMax) return undefined;
    const changes = await readOrgChanges(this.#table, after + 1, version);
    if (!changes || changes.some(({ keys }) => keys === undefined)) return undefined;
    const keys = changes.flatMap((change) => change.keys ?? []);
    return keys.length > keysMax ? undefined : keys;
  }

  /** Everything, and by itself what changed so lately that the index may not show it yet. */
  async #whole(version: number): Promise<Known> {
    const lateMs = this.#clock.nowMs() - indexLagMsMax;
    const parts = await readOrgParts(this.#table);
    const late = await orgChangesSince(this.#table, version, lateMs);
    if (late.some(({ keys }) => keys === undefined)) {
      return { parts, mayLag: true, wholeAtMs: this.#clock.nowMs() };
    }
    const keys = late.flatMap((change) => change.keys ?? []);
    const whole = await withChanged(this.#table, parts, keys);
    return { parts: whole, mayLag: false, wholeAtMs: this.#clock.nowMs() };
  }
}

interface Bindings {
  readonly matches: Iterable<Match>;
  readonly memberships?: Iterable<Membership>;
  readonly samePeople?: Iterable<SamePerson>;
  readonly day?: CalendarDate;
  readonly matchRate?: OrgParts["matchRate"];
  readonly unreadable?: OrgParts["unreadable"];
}

/** The organisation out of facts already in hand: of a scan, or of a test. */
export function orgOf(facts: Iterable<Fact>, bindings: Bindings): Org {
  const parts = { people: [] as Person[], units: [] as OrgUnit[], accounts: [] as Account[] };
  for (const fact of facts) {
    if (fact.type === "person") parts.people.push(fact);
    else if (fact.type === "org-unit") parts.units.push(fact);
    else if (fact.type === "account") parts.accounts.push(fact);
  }
  return new Org({ ...parts, ...bindings });
}
