import type { LinkStretch, PastParts } from "#shared/graph/graph-as-of.ts";
import type { LinkRules } from "#shared/graph/link-rules.ts";
import type { RememberedRecord } from "#shared/graph/record-as-of.ts";
import type { SourceStates } from "#shared/graph/sources.ts";
import type { Dependency, Link } from "#shared/model/edges.ts";
import { Match } from "#shared/model/edges.ts";
import type { Account, Fact, OrgUnit, Person } from "#shared/model/facts.ts";
import type { History, HistoryId } from "#shared/model/history.ts";
import type { Membership } from "#shared/model/org.ts";
import { SamePerson } from "#shared/model/org.ts";
import type { Signal } from "#shared/model/signal.ts";
import type { Item, Table } from "#shared/ports/table.ts";

import { fromItem } from "./codec.ts";
import { readDocument } from "./documents.ts";
import { readEdgeItem, readFactItem } from "./facts.ts";
import { readHistoryItem } from "./histories.ts";
import { scanEach } from "./list.ts";
import { readPast } from "./past.ts";
import { personLinkStretches } from "./person-links.ts";
import { SetAside } from "./set-aside.ts";
import { signalSpec } from "./specs.ts";

interface Around {
  readonly sources: SourceStates;
  readonly linkRules: LinkRules;
}

/** What one scan of the table tells of the graph's past, and of the signals'. */
export interface WholePast {
  readonly parts: PastParts;
  /** Open and cleared. */
  readonly signals: readonly Signal[];
}

/**
 * Reads all of it, item by item: half a read unit per 4 KB of the table. `watch` is told how many records there
 * are so far; where it throws, no further page is read.
 */
export async function loadWholePast(
  table: Table,
  around: Around,
  watch: (records: number) => void = () => undefined,
): Promise<WholePast> {
  const parts = new Parts();
  await scanEach(table, (item) => {
    parts.add(item);
    watch(parts.records.length);
  });
  return { parts: partsIn(parts, around), signals: parts.signals };
}

/** The same out of items that were read. */
export function pastPartsOf(items: Iterable<Item>, around: Around): PastParts {
  const parts = new Parts();
  for (const item of items) parts.add(item);
  return partsIn(parts, around);
}

function partsIn(parts: Parts, around: Around): PastParts {
  const { records, edges, personLinks, histories, org, setAside } = parts;
  const unreadable = setAside.partitions;
  return { records, edges, personLinks, histories, org, unreadable, ...around };
}

class Parts {
  readonly records: RememberedRecord[] = [];
  readonly edges: (Link | Dependency)[] = [];
  readonly personLinks: LinkStretch[] = [];
  readonly histories = new Map<HistoryId, History>();
  readonly org = {
    people: new Array<Person>(),
    units: new Array<OrgUnit>(),
    accounts: new Array<Account>(),
    matches: new Array<Match>(),
    memberships: new Array<Membership>(),
    samePeople: new Array<SamePerson>(),
  };

  readonly signals: Signal[] = [];
  readonly setAside = new SetAside();

  add(item: Item): void {
    this.setAside.read(item, (one) => this.#add(one));
  }

  #add(item: Item): void {
    const stored = readFactItem(item);
    if (!stored) return this.#addBeside(item);
    const past = readPast(item);
    const sourceVersion = Number(item["sourceVersion"]);
    if (stored.isRemoved) {
      if (past) this.records.push({ past, sourceVersion });
      return;
    }
    const { fact } = stored;
    const isRemembered = fact.type === "work-item" || fact.type === "goal";
    if (!isRemembered) this.#addToOrg(fact);
    else if (past) this.records.push({ past, fact, sourceVersion });
  }

  #addToOrg(fact: Fact): void {
    if (fact.type === "person") this.org.people.push(fact);
    else if (fact.type === "account") this.org.accounts.push(fact);
    else if (fact.type === "org-unit") this.org.units.push(fact);
  }

  #addBeside(item: Item): void {
    this.personLinks.push(...personLinkStretches(item));
    const edge = readEdgeItem(item);
    if (edge?.type === "membership") this.org.memberships.push(edge);
    else if (edge?.type === "link" || edge?.type === "dependency") this.edges.push(edge);
    else if (item["type"] === "same-person") this.org.samePeople.push(fromItem(SamePerson, item));
    else if (item["type"] === "signal") this.signals.push(readDocument(signalSpec, item));
    else if (item["type"] === "match") this.org.matches.push(fromItem(Match, item));
    else {
      const history = readHistoryItem(item);
      if (history) this.histories.set(history.itemId, history);
    }
  }
}
