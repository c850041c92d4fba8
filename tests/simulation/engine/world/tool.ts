import type { ConnectionId } from "#shared/model/ids.ts";
import { factId } from "#shared/model/ids.ts";
import type { FactId, FactType } from "#shared/model/ids.ts";
import type { Json } from "#shared/ports/table.ts";

import type { VirtualClock } from "./virtual-clock.ts";

export type Fields = Readonly<Record<string, Json>>;

/** How a record cannot be understood: by its connector, or by the model. */
export type Poison = "drift" | "model";

/** One record as it truly is at its tool. */
export interface Truth {
  readonly id: string;
  readonly collection: string;
  readonly fields: Fields;
  /** The tool's own last-modified time, on its own clock. */
  readonly version: number;
  readonly createdMs: number;
  /** On the hub's clock, when its content, or what the account sees of it, last became another. */
  readonly changedAtMs: number;
  /** When it changed without a word: no version tells, no webhook, only a look at everything. */
  readonly silentAtMs: number;
  readonly isHidden: boolean;
  readonly isDeleted: boolean;
  readonly poison?: Poison | undefined;
}

export interface CollectionSpec {
  readonly name: string;
  readonly type: FactType;
  readonly pullEveryMinutes: number;
  readonly reconcileEveryMinutes?: number;
  /** Each pull reads all of it: its tool cannot say what changed. */
  readonly isReadWhole?: boolean;
}

export interface ToolSpec {
  readonly name: string;
  readonly connectionId: ConnectionId;
  readonly collections: readonly CollectionSpec[];
  readonly providesGoals: boolean;
  /** What its webhooks carry: the record whole, or only its id. */
  readonly webhooks: "fat" | "thin";
  /** How its registrations come by their secret. */
  readonly secretBy: "answer" | "handshake" | "hand";
  readonly hasConsent: boolean;
}

export interface ToolHappening {
  readonly tool: Tool;
  readonly action: "changed" | "deleted";
  readonly record: Truth;
  /** The tool's own time of it. */
  readonly at: number;
}

/** What the tool shows only as long as it stands. */
const refFields = ["parents", "waitsFor"] as const;

/** One product with its records, its own clock and its own idea of versions. */
export class Tool {
  readonly spec: ToolSpec;
  readonly records = new Map<string, Truth>();
  /** Ids that were deleted at any time. */
  readonly everDeleted = new Set<string>();
  onHappening: (happening: ToolHappening) => void = () => undefined;
  skewMs = 0;
  /** Versions are whole multiples of it. */
  granularityMs = 1;
  readonly #clock: VirtualClock;

  constructor(spec: ToolSpec, clock: VirtualClock) {
    this.spec = spec;
    this.#clock = clock;
  }

  /** What the tool's own clock says. */
  nowMs(): number {
    return this.#clock.nowMs() + this.skewMs;
  }

  /** Nobody does two things at once: a second passes. */
  moment(): void {
    this.#clock.advance(1000);
  }

  #version(before: number): number {
    const now = Math.floor(this.nowMs() / this.granularityMs) * this.granularityMs;
    if (this.granularityMs > 1) return Math.max(now, before);
    return now > before ? now : before + 1;
  }

  create(collection: string, id: string, fields: Fields): void {
    this.#store({
      id,
      collection,
      fields,
      version: this.#version(0),
      createdMs: this.nowMs(),
      changedAtMs: this.#clock.nowMs(),
      silentAtMs: 0,
      isHidden: false,
      isDeleted: false,
    });
  }

  edit(id: string, fields: Fields, poison?: Poison | "mended"): void {
    const record = this.records.get(id);
    if (!record || record.isDeleted) return;
    this.#store({
      ...record,
      fields: { ...record.fields, ...fields },
      version: this.#version(record.version),
      changedAtMs: this.#clock.nowMs(),
      ...(poison !== undefined && { poison: poison === "mended" ? undefined : poison }),
    });
  }

  remove(id: string): void {
    const record = this.records.get(id);
    if (!record || record.isDeleted) return;
    this.everDeleted.add(id);
    const version = this.#version(record.version);
    this.#store({ ...record, version, isDeleted: true, changedAtMs: this.#clock.nowMs() });
    this.#noteSilent(id);
  }

  restore(id: string): void {
    const record = this.records.get(id);
    if (!record?.isDeleted) return;
    const version = this.#version(record.version);
    this.#store({ ...record, version, isDeleted: false, changedAtMs: this.#clock.nowMs() });
    this.#noteSilent(id);
  }

  /** The account may see it no more, or again. Neither is a change of the record, and nobody tells. */
  setHidden(id: string, isHidden: boolean): void {
    const record = this.records.get(id);
    if (!record || record.isHidden === isHidden) return;
    this.records.set(id, { ...record, isHidden, silentAtMs: this.#clock.nowMs() });
  }

  /** The tool lets go of what is deleted, and takes it up again, without touching who named it. */
  #noteSilent(id: string): void {
    for (const record of this.records.values()) {
      const isNaming = refFields.some((name) => {
        const refs = record.fields[name];
        return Array.isArray(refs) && refs.includes(id);
      });
      if (isNaming) this.records.set(record.id, { ...record, silentAtMs: this.#clock.nowMs() });
    }
  }

  #store(record: Truth): void {
    this.records.set(record.id, record);
    const action = record.isDeleted ? "deleted" : "changed";
    if (!record.isHidden) {
      this.onHappening({ tool: this, action, record, at: this.nowMs() });
    }
  }

  visible(collection: string): readonly Truth[] {
    return this.shown().filter((record) => record.collection === collection);
  }

  /** All that the account sees, of every collection. */
  shown(): readonly Truth[] {
    return [...this.records.values()].filter(({ isDeleted, isHidden }) => !isDeleted && !isHidden);
  }

  /** The record as the tool's API shows it now. */
  wireOf(record: Truth): Fields {
    const fields: Record<string, Json> = { ...record.fields };
    for (const name of refFields) {
      const refs = fields[name];
      if (Array.isArray(refs)) fields[name] = refs.filter((ref) => this.#stands(ref));
    }
    if (record.poison === "drift") fields["title"] = { text: fields["title"] ?? null };
    if (record.poison === "model") fields["team"] = "";
    const { id, collection, version, createdMs } = record;
    return { ...fields, id, collection, updated: version, created: createdMs };
  }

  #stands(ref: unknown): boolean {
    const record = typeof ref === "string" ? this.records.get(ref) : undefined;
    return record === undefined || !record.isDeleted;
  }

  typeOf(collection: string): FactType {
    return this.spec.collections.find(({ name }) => name === collection)?.type ?? "work-item";
  }

  idOf({ collection, id }: Pick<Truth, "collection" | "id">): FactId {
    return factId(this.typeOf(collection), this.spec.name, this.spec.connectionId, id);
  }

  addressOf({ collection, id }: Pick<Truth, "collection" | "id">): string {
    return `https://${this.spec.name}.example/${collection}/${id}`;
  }
}
