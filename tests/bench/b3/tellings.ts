import type { Seen } from "../vendors.ts";
import type { OnRecord } from "./messages.ts";

/** An event that opens or resolves an alert, as far as telling is about it. */
export interface Transition {
  readonly event: { readonly alert?: string };
  /** When the message arrived that tells of it. */
  toldMs?: number;
  /** What that message says of it: its name, or that there is one more. */
  toldBy?: "name" | "count" | "end";
}

/** A message that told of openings. */
interface Told {
  readonly atMs: number;
  /** Alerts that it names; and, once the hub's record was asked, those that it only counts. */
  readonly alerts: Set<string>;
  readonly size: number;
  /** How many of them stand. */
  standing: number;
}

/**
 * Accounts for every alert that opens or resolves, by what arrives at the channel. An opening is told in one
 * message, by its name or as one of those that the message counts. A resolution is told where nothing of that
 * message stands any more, for the channel cannot change what it has shown; until then nobody is told.
 */
export class Tellings {
  /** Opened, and not named by a message so far. */
  readonly #awaited = new Map<string, Transition>();
  readonly #toldOf = new Map<string, Told>();
  readonly #endsAwaited = new Map<Told, Transition>();
  /** Messages with room for alerts that they only count. */
  readonly #incomplete = new Set<Told>();
  readonly counts = {
    opened: 0,
    named: 0,
    counted: 0,
    resolved: 0,
    messages: 0,
    endsDue: 0,
    ends: 0,
  };
  /** What nothing led to: an alert told twice, or an end of what is not over. */
  unexpected = 0;

  /** How much is still to be told; below zero, more was told of than there is. */
  get open(): number {
    return this.#awaited.size - this.#unnamed + this.#endsAwaited.size;
  }

  /** An alert opens, or resolves if its opening was told before. */
  changed(transition: Transition): void {
    const { alert } = transition.event;
    if (alert === undefined) return;
    const told = this.#toldOf.get(alert);
    if (this.#awaited.has(alert)) throw new Error(`${alert} changes before it could be told`);
    if (!told) {
      this.counts.opened += 1;
      this.#awaited.set(alert, transition);
      return;
    }
    this.counts.resolved += 1;
    this.#toldOf.delete(alert);
    told.standing -= 1;
    if (told.standing > 0) return;
    this.counts.endsDue += 1;
    this.#endsAwaited.set(told, transition);
  }

  heard({ alerts, more, isEnd }: Seen, atMs: number): void {
    if (isEnd) return this.#heardEnd({ alerts, more }, atMs);
    const size = alerts.length + more;
    const told: Told = { atMs, alerts: new Set(alerts), size, standing: size };
    this.counts.messages += 1;
    this.counts.named += alerts.length;
    for (const alert of alerts) {
      const transition = this.#awaited.get(alert);
      if (transition) this.#isToldBy("name", transition, told, alert);
      else this.unexpected += 1;
    }
    if (more > 0) this.#incomplete.add(told);
    if (size === 0) this.unexpected += 1;
  }

  #heardEnd({ alerts, more }: Pick<Seen, "alerts" | "more">, atMs: number): void {
    const ended = [...this.#endsAwaited.keys()].find(
      (told) =>
        told.size === alerts.length + more &&
        alerts.length > 0 &&
        alerts.every((alert) => told.alerts.has(alert)),
    );
    const transition = ended && this.#endsAwaited.get(ended);
    if (!ended || !transition) {
      this.unexpected += 1;
      return;
    }
    this.counts.ends += 1;
    transition.toldMs = atMs;
    transition.toldBy = "end";
    this.#endsAwaited.delete(ended);
  }

  /**
   * Finds the message of each alert that none names, which the channel alone does not show: the hub's own
   * record says with which others it was told, and that message must have counted as many. Throws where an
   * alert is in no message that arrived, or a message counts other than it should.
   */
  async findCounted(
    lookUp: (alerts: readonly string[]) => Promise<readonly OnRecord[]>,
  ): Promise<void> {
    if (this.#incomplete.size === 0) return;
    const unnamed = [...this.#awaited.keys()];
    const records = Map.groupBy(await lookUp(unnamed), ({ alert }) => alert);
    for (const [alert, transition] of this.#awaited) {
      const told = this.#messageOf(alert, records.get(alert) ?? []);
      told.alerts.add(alert);
      this.counts.counted += 1;
      this.#isToldBy("count", transition, told, alert);
    }
    for (const { alerts, size } of this.#incomplete) {
      if (alerts.size === size) continue;
      throw new Error(`A message says that it is of ${size} alerts, and is of ${alerts.size}`);
    }
    this.#incomplete.clear();
  }

  /** Nothing is due in a digest here: as long as there is no routing, everything is told at once. */
  #messageOf(alert: string, records: readonly OnRecord[]): Told {
    const [record, ...others] = records;
    const message = record?.message;
    if (others.length > 0 || message?.kind !== "group" || message.outcome !== "sent") {
      throw new Error(`${alert} is in no message: ${JSON.stringify(records)}`);
    }
    const told = [...this.#incomplete].find(({ alerts }) =>
      message.alerts.some((one) => alerts.has(one)),
    );
    if (!told) throw new Error(`${alert} is said to be in a message that has not arrived`);
    return told;
  }

  /** Of those that are missing, a few by name. */
  missing(): readonly string[] {
    return [...this.#awaited.keys()].slice(0, 5);
  }

  #isToldBy(by: "name" | "count", transition: Transition, told: Told, alert: string): void {
    transition.toldMs = told.atMs;
    transition.toldBy = by;
    this.#awaited.delete(alert);
    this.#toldOf.set(alert, told);
  }

  get #unnamed(): number {
    return [...this.#incomplete].reduce((sum, { alerts, size }) => sum + size - alerts.size, 0);
  }
}
