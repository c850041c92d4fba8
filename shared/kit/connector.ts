import type * as z from "zod";

import type { Absences } from "#shared/model/absence.ts";
import type { Rejected, Change } from "#shared/model/change.ts";
import type { Delivery } from "#shared/model/delivery.ts";
import type { Fact } from "#shared/model/facts.ts";
import type { HeldFact } from "#shared/model/held-fact.ts";
import type { ConnectionId, FactId, FactType, GoalId, WorkItemId } from "#shared/model/ids.ts";
import type { CalendarDate, Instant } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { KeptRecords } from "#shared/ports/kept-records.ts";
import type { Logger } from "#shared/ports/logger.ts";

import type { Discovery, Requirement } from "./discovery.ts";
import type { FileIntake } from "./file-intake.ts";
import type { HistoryPage } from "./history-page.ts";
import type { InteractionReader } from "./interaction.ts";
import type { ItemComments } from "./item-comments.ts";
import type { NotifierContext } from "./notifier-context.ts";
import type { Notifier, NotifierTraits } from "./notifier.ts";
import type { AccessTokens, OAuthProvider } from "./oauth.ts";
import type { Outline } from "./outline.ts";
import type { RequestBudget } from "./request-budget.ts";
import type { WebhookVerifier } from "./webhook-verifier.ts";
import type { WriteBack } from "./write-back.ts";

/** A kind of record that a source offers. */
export interface Collection {
  /** Kebab-case, stable: part of the cursor's key. */
  readonly name: string;
  readonly title: string;
  /** Which facts its records become; a full read of all its collections makes a connection ready. */
  readonly facts: readonly FactType[];
  /** How long after one pull the next is due. */
  readonly pullEveryMinutes: number;
  /** How long after one reconcile the next is due; absent: its pulls already read everything. */
  readonly reconcileEveryMinutes?: number;
}

/** What everything of a source may use. Settings are parsed and hold the secrets. */
export interface SourceContext<Settings> {
  readonly connectionId: ConnectionId;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly logger: Logger;
  /**
   * Which entities of any connection the URLs of a page or delivery show, asked once for all: addresses
   * that name a record by a key are looked up at their own source. The function that it gives is pure.
   */
  readonly resolveUrls: (urls: readonly string[]) => Promise<UrlResolver>;
  /** What the tenant allows, shared by all functions; asked before and told after every request. */
  readonly budget: RequestBudget;
  /** What the source sent and the hub keeps for it, where it sends instead of being asked. */
  readonly kept: KeptRecords;
  /** Access tokens of the consent that the connection rests on; absent where secrets are typed in. */
  readonly tokens?: AccessTokens;
}

/** The entity that a URL shows; undefined where no connection knows it. */
export type UrlResolver = (url: string) => WorkItemId | GoalId | undefined;

/** What a probe found out. A failing probe throws `HubError` with a message for the admin. */
export interface Probe {
  /** Account and workspace, for people to recognise: "svc-hub on acme.atlassian.net". */
  readonly identity: string;
  /** Rights or features that are missing; the connection works, but sees less. */
  readonly gaps: readonly Gap[];
  /** Each scope or permission that the connection uses, and whether the account holds it. */
  readonly requirements?: readonly Requirement[];
  /** What it proves itself with, and when that ends by itself, where this can be known. */
  readonly credential?: { readonly kind: string; readonly expiresAt?: Instant };
}

/** Something asked for that the source does not show: a plan's limit, a missing right. */
export interface Gap {
  readonly what: string;
  readonly why: string;
  /** Records name things of a tool that is not connected yet: once another one is, they are read again. */
  readonly isMendedByConnecting?: boolean;
  /** The tool's API shows it to nobody: no right and no setting would mend it. */
  readonly isForEverybody?: boolean;
}

/** What reading or interpreting gave: facts as changes, records that failed alone, gaps noticed. */
export interface Reading {
  readonly changes: readonly Change[];
  readonly rejected: readonly Rejected[];
  readonly gaps?: readonly Gap[];
}

/** One page of a pull. Storing it, then saving `position`, makes a crash repeat a page but never skip one. */
export interface PulledPage extends Reading {
  /** Where the next call resumes. After the last page of a run: where the next run begins. */
  readonly position: string;
  /** True on the last page of a run. */
  readonly isLast: boolean;
  readonly recordsRead: number;
  /** How many records the run will read, where the source says so. */
  readonly recordsTotal?: number;
}

/** What is at the source under an id that an enumeration did not show. */
export type Presence = "present" | "gone" | "hidden";

/** One registration to make or already made at the source. */
export interface SubscriptionRequest {
  readonly id: string;
  /** Where the source shall send: carries the subscription's id in its query. */
  readonly targetUrl: string;
  readonly resource: string;
}

/** A registration that the source made. */
export interface MadeSubscription {
  readonly nativeId: string;
  /** Known only where the source returns it here; a handshake's secret arrives through `verify`. */
  readonly secret?: string;
  /** When it ends unless it is renewed; absent: never by itself. */
  readonly expiresAt?: Instant;
}

/** What the source says about the registrations that send to one connection of this hub. */
export interface SubscriptionReport {
  /** By our own id, those that the source still has; one that is missing is gone. */
  readonly found: ReadonlyMap<
    string,
    {
      readonly nativeId: string;
      /** False when the source has given up on it, or is about to. */
      readonly isWorking: boolean;
      readonly expiresAt?: Instant;
      readonly problem?: string;
    }
  >;
  /** Native ids of registrations that send to this connection and that nobody here knows. */
  readonly strays: readonly string[];
}

/**
 * The readable side of one connection. Built per invocation, keeps nothing between them. Every method
 * throws only `HubError`, with the vendor's failure classified (`connector.*` codes, `retryAfterMs`).
 */
export interface Source {
  probe(): Promise<Probe>;
  /**
   * Reads a collection from a position: undefined reads it whole (backfill), the position of a finished
   * run reads what changed since, with overlap. Yields at least one page; ends after `isLast`. The
   * position of an interrupted run resumes that run. A position it cannot read throws
   * `connector.cursor-expired`, and the caller starts over from undefined.
   */
  pull(collection: string, position: string | undefined): AsyncIterable<PulledPage>;
  /**
   * All ids of a collection, or of one of its parts, as the account sees them now. A thrown error means:
   * incomplete, conclude nothing.
   */
  enumerate(collection: string, part?: string): AsyncIterable<readonly FactId[]>;
  /**
   * As `enumerate`, each id with what the source's lists tell of its record now, so that edits of which
   * nobody told show. Absent: they tell nothing but ids.
   */
  enumerateOutlines?(collection: string): AsyncIterable<ReadonlyMap<FactId, Outline>>;
  /**
   * How many records each part of a collection has now, as the source counts, perhaps roughly. Where a
   * count equals ours, a reconcile may spare itself the enumeration; absent: it never may.
   */
  countParts?(collection: string): Promise<ReadonlyMap<string, number> | undefined>;
  /** The part that a stored fact of the collection counts for; undefined: for none. */
  partOf?(collection: string, fact: HeldFact): string | undefined;
  /** Whether a stored fact is one of this collection's, where several collections hold one type. */
  isOf(collection: string, fact: HeldFact): boolean;
  /** Reads some records by id: for those an enumeration showed and the store lacks. */
  readByIds(collection: string, ids: readonly FactId[]): Promise<Reading>;
  /**
   * What is under these ids, asked one by one or in bulk: absence from a list is never proof. `held` is
   * what the store has under them and above them, where the caller knows: it may tell where a record was
   * last seen.
   */
  confirm(
    collection: string,
    ids: readonly FactId[],
    held?: ReadonlyMap<FactId, Fact>,
  ): Promise<ReadonlyMap<FactId, Presence>>;
  /**
   * Reads the past of work items from a position, as `pull` reads collections; `wanted` tells where it
   * matters most, to a source that cannot afford to read all. Absent: the source tells nothing of it.
   */
  pullHistories?(
    position: string | undefined,
    wanted: () => Promise<readonly WorkItemId[]>,
  ): AsyncIterable<HistoryPage>;
  /**
   * Who is away on any of these days, both ends included: dates alone. Undefined: the account may not see it,
   * or it is switched off. Absent: the source does not tell.
   */
  readAbsences?(from: CalendarDate, to: CalendarDate): Promise<Absences | undefined>;
  /** Interprets a verified delivery; reads the source again where the event is thin. */
  interpret(delivery: Delivery): Promise<Reading>;
  /** Which resources need a webhook registration now; absent or empty: the admin registers by hand, or none. */
  subscriptionResources?(): Promise<readonly string[]>;
  /**
   * Registers one webhook, idempotently: a registration for the same target is found, not made twice.
   * The source may call the target during this call (a handshake).
   */
  subscribe?(request: SubscriptionRequest): Promise<MadeSubscription>;
  /** Removes a registration; succeeds when it is already gone. */
  unsubscribe?(nativeId: string): Promise<void>;
  /** Compares what we believe to be registered with what the source has. */
  inspectSubscriptions?(known: readonly SubscriptionRequest[]): Promise<SubscriptionReport>;
  /** Extends a registration that ends by itself; returns when it ends now. */
  renewSubscription?(nativeId: string): Promise<Instant>;
  /** Entities by the keys in addresses that people share; keys that nobody knows are left out. */
  findByKeys?(keys: readonly string[]): Promise<ReadonlyMap<string, WorkItemId | GoalId>>;
  /** What an admin can choose from, and what we would suggest; for the onboarding. */
  discover?(): Promise<Discovery>;
  /** Writing a line of sight into the tool; absent where the connector cannot, or settings forbid it. */
  readonly writeBack?: WriteBack;
  /** Comments on its items; absent where the connector cannot, or settings forbid it. */
  readonly comments?: ItemComments;
}

/** One connector: data, and lazy loaders for the code that functions need. */
export interface Connector {
  readonly name: string;
  readonly title: string;
  /** One sentence for the admin who chooses. */
  readonly summary: string;
  /**
   * What the admin types in. Each field has `.meta({ title, description })`; a secret one also
   * `secret: true`. It is the form, the validator and the documentation.
   */
  readonly settings: z.ZodObject;
  readonly collections: readonly Collection[];
  /** How long after one reading of the past the next is due; absent: it has no `pullHistories`. */
  readonly historiesEveryMinutes?: number;
  /** Whether its source can tell who is away; absent: it has no `readAbsences`. */
  readonly tellsAbsences?: boolean;
  /** The setting that turns write-back on; absent: the connector cannot write. */
  readonly writeBackSetting?: string;
  /** The setting that has alerts put on their items as comments; absent: the connector cannot. */
  readonly commentsSetting?: string;
  /** True when its records may hold goals or links to goals, given these settings. */
  readonly providesGoals: (settings: Readonly<Record<string, unknown>>) => boolean;
  /**
   * Which entity of this connection a URL shows; pure, undefined for a URL of somebody else's. A key
   * says that the connection's own source must be asked (`findByKeys`).
   */
  readonly recognizeUrl?: (
    url: URL,
    connection: { readonly id: ConnectionId; readonly settings: Readonly<Record<string, unknown>> },
  ) => WorkItemId | GoalId | { readonly key: string } | undefined;
  /** How long a working webhook of its may be silent, where the source sends heartbeats. */
  readonly quietMinutesMax?: number;
  /** How people consent to it instead of typing secrets. */
  readonly oauth?: () => Promise<OAuthProvider>;
  /**
   * Where its source sends to, below the hub's address, proving itself by a token that the hub makes.
   * Absent: its source is asked, or an admin types in what it holds.
   */
  readonly sendsTo?: string;
  /** The files that people give it by hand; their rows are kept for it. */
  readonly files?: () => Promise<FileIntake>;
  readonly source?: () => Promise<(context: SourceContext<never>) => Source>;
  readonly webhook?: () => Promise<WebhookVerifier>;
  readonly notifier?: () => Promise<(settings: never, context: NotifierContext) => Notifier>;
  /** What its notifier can do, by its settings; absent: it reaches a channel and ends with a message. */
  readonly notifierTraits?: (settings: Readonly<Record<string, unknown>>) => NotifierTraits;
  /** Reads what people pressed in its messages, out of a verified delivery. */
  readonly interactions?: () => Promise<InteractionReader>;
}

/** A connector as its folder writes it, with its own settings type. */
interface ConnectorSpec<S extends z.ZodObject> extends Omit<
  Connector,
  "settings" | "source" | "notifier"
> {
  readonly settings: S;
  readonly source?: () => Promise<(context: SourceContext<z.infer<S>>) => Source>;
  readonly notifier?: () => Promise<(settings: z.infer<S>, context: NotifierContext) => Notifier>;
}

/**
 * Declares a connector. Inside its folder the settings are typed; the registry holds them untyped,
 * which is sound because whoever builds a source parses the settings with this very schema first.
 */
export function defineConnector<S extends z.ZodObject>(spec: ConnectorSpec<S>): Connector {
  return spec;
}

/** The names of the secret fields of a connector's settings. */
export function secretFields(connector: Pick<Connector, "settings">): readonly string[] {
  return Object.entries(connector.settings.shape)
    .filter(([, field]) => (field as z.ZodType).meta()?.["secret"] === true)
    .map(([name]) => name);
}

/** The secret field under which a hand-registered webhook's secret is kept, by convention. */
export const webhookSecretField = "webhookSecret";
