import type { ErrorCode } from "#shared/errors.ts";
import type { Message } from "#shared/kit/notifier.ts";
import type { AccessTokens } from "#shared/kit/oauth.ts";
import type { FactType } from "#shared/model/ids.ts";
import type { KeptRecords } from "#shared/ports/kept-records.ts";
import type { ManualClock } from "#shared/testing/manual-clock.ts";
import type { Faults } from "#shared/testing/simulator/faults.ts";

/**
 * What the contract tests need to know of one connector. Each connector has it in
 * `simulator/contract-case.ts`, exported as `contractCase`; being registered is what makes it tested.
 */
export interface ContractCase {
  /** For a connector with `source`. */
  readonly source?: SourceCase;
  /** For a connector with `notifier`. */
  readonly notifier?: NotifierCase;
}

/** A fact in short: its type and the tool's own id, `work-item 10103`. */
export type ShortId = `${FactType} ${string}`;

/** Settings as an admin types them in, secrets among them; not parsed yet. */
export type TypedSettings = Readonly<Record<string, unknown>>;

/** Something that happens in the tool, and which facts another reading then shows anew. */
export interface Deed {
  readonly of: ShortId;
  /** What a pull reads besides because of it: the units of an employee, the parent of a task. */
  readonly brings?: readonly ShortId[];
  readonly perform: () => unknown;
}

/** One collection of the tool that was started. */
export interface CollectionCase {
  /** Exactly what a full read gives. */
  readonly facts: readonly ShortId[];
  /** Of its type and shape, and nowhere in the tool. */
  readonly unknown: ShortId;
  /** Whether a run after a finished one reads only what changed; false: each reads everything. */
  readonly isIncremental: boolean;
  /** Changes something that people see of one record: a title, a name. */
  readonly change: Deed;
  /** Deletes one record for good; absent where the tool cannot. */
  readonly remove?: Deed;
  /** Takes one record out of the account's sight; absent where the tool cannot. */
  readonly hide?: Deed;
}

/** A running simulator with a content that the case knows. */
export interface SourceStage {
  /** Its root: `http://127.0.0.1:43017`. */
  readonly url: string;
  readonly clock: ManualClock;
  readonly faults: Faults;
  /** Good settings, for the tool at this root: the simulator's own, or one that stands before it. */
  readonly settings: (root: string) => TypedSettings;
  readonly collections: Readonly<Record<string, CollectionCase>>;
  /** For a source that sends: what the hub kept of it, held by whatever stands at this root. */
  readonly kept?: (root: string) => KeptRecords;
  readonly variants?: readonly Variant[];
  /** Adds a webhook as an admin does in the tool, and answers its secret; for `isAddedByHand`. */
  readonly addWebhook?: (targetUrl: string) => Promise<string>;
  /** Resolves when no webhook is waiting or under way. */
  readonly settle?: () => Promise<void>;
  close(): Promise<void>;
}

/** An answer that is not as we know it: one value of it is another. */
export interface Deviation {
  /** The collection whose pull meets it. */
  readonly collection: string;
  /** Path of the request, without the query; a prefix. */
  readonly request: string;
  /** Where in the answer. */
  readonly at: readonly (string | number)[];
}

export interface SourceCase {
  /**
   * Starts the tool. `several-pages` holds so much that the collections in `paged` come in at least
   * three pages, beside everything that the small one holds.
   */
  readonly start: (size: "small" | "several-pages") => Promise<SourceStage>;
  /**
   * The tool sends and is never asked: the source reads what the hub keeps of it, so there are no
   * answers that could fail or drift. What may be wrong with what is sent is for its own tests.
   */
  readonly sends?: true;
  /** Collections that the large tool gives in several pages; empty where one answer is everything. */
  readonly paged: readonly string[];
  /** Settings to be refused at connect time: what is wrong, the fields that differ, and what is said. */
  readonly refused: readonly {
    readonly what: string;
    readonly settings: TypedSettings;
    readonly codes: readonly ErrorCode[];
  }[];
  /** Prefix of the paths of the tool's API, for faults. */
  readonly apiPath: string;
  /** What an answer of this status to a full read means, where it is not the usual. */
  readonly meanings?: Readonly<Record<number, readonly ErrorCode[]>>;
  /**
   * How answers may drift: a value of another type where the record cannot do without. Either the record
   * is rejected alone or the read fails with `connector.drifted`; the place is named as `says`.
   */
  readonly drifts: readonly (Deviation & { readonly says: string })[];
  /** Where values come from a list that the vendor may lengthen. */
  readonly openEnums: readonly (Deviation & { readonly value: unknown })[];
  /** How long nothing may happen until a run reads nothing again because of its overlap, in minutes. */
  readonly overlapMinutes: number;
  /** Settings that allow writing lines of sight back, and a collection that takes them; one of each way. */
  readonly writeBack?: readonly WriteBackCase[];
  /** For a connector with `webhook`, one of each kind. */
  readonly webhooks?: readonly WebhookCase[];
  /** The vendor's own description of the API; absent: there is none. */
  readonly document?: VendorDocument;
  /** Why facts carry addresses and the connector recognises none; absent: it must recognise them all. */
  readonly foreignUrls?: string;
}

/** One kind of webhook. */
export interface WebhookCase {
  /** The collection whose `change` deed makes the tool send. */
  readonly collection: string;
  /** The way to connect that registers this kind; absent: the good settings do. */
  readonly variant?: string;
  /** The tool has no API to register it: an admin adds it there and types its secret in here. */
  readonly isAddedByHand?: true;
  /** Where the vendor signs a token and not the body, an altered body cannot be told. */
  readonly isBodySigned: boolean;
  /**
   * The vendor's signature of these bytes, lower-case header names; absent where it takes more than a
   * secret, and the connector's own tests try forgeries.
   */
  readonly sign?: (body: string, secret: string) => Readonly<Record<string, string>>;
}

export interface WriteBackCase {
  readonly what: string;
  readonly settings: TypedSettings;
  readonly collection: string;
}

/** Another way to connect to the same tool, whose requests differ: another credential, another host. */
export interface Variant {
  readonly what: string;
  /** The fields that differ from the good settings; undefined where one must be left out. */
  readonly settings: (root: string) => TypedSettings;
  /** Where a consent stands in for secrets. */
  readonly tokens?: AccessTokens;
}

/** A vendor's OpenAPI document and how our requests find their place in it. */
export interface VendorDocument {
  /** Below the folder of third-party material. */
  readonly file: readonly [string, ...string[]];
  /** The document's path for a path of ours; undefined: it is no part of the document, for `outside`. */
  readonly pathOf: (path: string) => string | undefined;
  /** How many of its operations our requests come to: fewer, and the tour no longer reaches something. */
  readonly operationsMin: number;
  /** Patterns of paths of ours that the vendor documents elsewhere, each with where. */
  readonly outside: readonly { readonly path: RegExp; readonly why: string }[];
  /**
   * What the document gets wrong, one by one, with the reason. Each must occur, or the test fails:
   * nothing stays on the list that is not needed.
   */
  readonly knownErrors: readonly KnownError[];
}

export interface KnownError {
  /** `request` or `response`. */
  readonly in: "request" | "response";
  readonly method: string;
  /** The document's path, with its variables. */
  readonly path: string;
  /** What Prism says, whole; places in lists are `#`. */
  readonly says: string;
  readonly why: string;
}

/** A running receiver of messages. */
export interface NotifierStage {
  readonly settings: TypedSettings;
  readonly faults: Faults;
  /** How many messages people see. */
  readonly count: () => number;
  /** All that the channel would act on in the last message: mentions, links, markup. */
  readonly activeParts: () => readonly string[];
  close(): Promise<void>;
}

export interface NotifierCase {
  readonly start: () => Promise<NotifierStage>;
  /** False where the channel has no way to say when it may be asked again. */
  readonly saysWhen?: false;
  /** Addresses that a probe refuses: what is wrong, made out of the good settings, and what is said. */
  readonly refused: readonly {
    readonly what: string;
    readonly settings: (good: TypedSettings) => TypedSettings;
    readonly codes: readonly ErrorCode[];
  }[];
  /** The active parts that a message has by right: links to itself and to its path. */
  readonly rightfulParts: (message: Message) => readonly string[];
}
