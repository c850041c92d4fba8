import type * as z from "zod";

import type { Rejected, Change } from "#shared/model/change.ts";
import type { Delivery } from "#shared/model/delivery.ts";
import type { Fact } from "#shared/model/facts.ts";
import type { ConnectionId, FactId, FactType, GoalId, WorkItemId } from "#shared/model/ids.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";

import type { Notifier } from "./notifier.ts";

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
  /** Which entity of any connection a URL shows, asked of every connector; undefined if none knows it. */
  readonly resolveUrl: (url: string) => WorkItemId | GoalId | undefined;
}

/** What a probe found out. A failing probe throws `HubError` with a message for the admin. */
export interface Probe {
  /** Account and workspace, for people to recognise: "svc-hub on acme.atlassian.net". */
  readonly identity: string;
  /** Rights or features that are missing; the connection works, but sees less. */
  readonly gaps: readonly Gap[];
}

/** Something asked for that the source does not show: a plan's limit, a missing right. */
export interface Gap {
  readonly what: string;
  readonly why: string;
  /** Records name things of a tool that is not connected yet: once another one is, they are read again. */
  readonly isMendedByConnecting?: boolean;
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
  /** All ids of a collection as the account sees them now. A thrown error means: incomplete, conclude nothing. */
  enumerate(collection: string): AsyncIterable<readonly FactId[]>;
  /** Whether a stored fact is one of this collection's, where several collections hold one type. */
  isOf(collection: string, fact: Fact): boolean;
  /** Reads some records by id: for those an enumeration showed and the store lacks. */
  readByIds(collection: string, ids: readonly FactId[]): Promise<Reading>;
  /** What is under these ids, asked one by one or in bulk: absence from a list is never proof. */
  confirm(collection: string, ids: readonly FactId[]): Promise<ReadonlyMap<FactId, Presence>>;
  /** Interprets a verified delivery; reads the source again where the event is thin. */
  interpret(delivery: Delivery): Promise<Reading>;
  /** Which resources need a webhook registration now; absent or empty: the admin registers by hand, or none. */
  subscriptionResources?(): Promise<readonly string[]>;
  /**
   * Registers one webhook, idempotently: a registration for the same target is found, not made twice.
   * The source may call the target during this call (a handshake).
   */
  subscribe?(request: SubscriptionRequest): Promise<{
    readonly nativeId: string;
    /** Known only where the source returns it here; a handshake's secret arrives through `verify`. */
    readonly secret?: string;
  }>;
  /** Removes a registration; succeeds when it is already gone. */
  unsubscribe?(nativeId: string): Promise<void>;
}

/** What a delivery proved to be. */
export type Verdict =
  | { readonly outcome: "accepted"; readonly deliveryId: string }
  /** Verified, but nothing to do: a heartbeat, a ping. Answer 200. */
  | { readonly outcome: "ignored"; readonly reason: string }
  /** The source introduces a secret; echo the headers. Only a pending subscription may accept it. */
  | {
      readonly outcome: "handshake";
      readonly secret: string;
      readonly responseHeaders: Readonly<Record<string, string>>;
    }
  | { readonly outcome: "unverified"; readonly reason: string }
  | { readonly outcome: "malformed"; readonly reason: string };

/**
 * The receiving side, apart from `Source` so that the receiver loads no vendor SDK. Pure.
 * `secrets` are all that may be valid now (rotation, several subscriptions); empty means refuse.
 */
export interface WebhookVerifier {
  verify(delivery: Delivery, secrets: readonly string[], nowMs: number): Verdict;
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
  /** True when its records may hold goals or links to goals, given these settings. */
  readonly providesGoals: (settings: Readonly<Record<string, unknown>>) => boolean;
  /** Which entity of this connection a URL shows; pure, undefined for a URL of somebody else's. */
  readonly recognizeUrl?: (
    url: URL,
    connection: { readonly id: ConnectionId; readonly settings: Readonly<Record<string, unknown>> },
  ) => WorkItemId | GoalId | undefined;
  readonly source?: () => Promise<(context: SourceContext<never>) => Source>;
  readonly webhook?: () => Promise<WebhookVerifier>;
  readonly notifier?: () => Promise<(settings: never) => Notifier>;
}

/** A connector as its folder writes it, with its own settings type. */
interface ConnectorSpec<S extends z.ZodObject> extends Omit<
  Connector,
  "settings" | "source" | "notifier"
> {
  readonly settings: S;
  readonly source?: () => Promise<(context: SourceContext<z.infer<S>>) => Source>;
  readonly notifier?: () => Promise<(settings: z.infer<S>) => Notifier>;
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
