import type { Org } from "#shared/graph/org.ts";
import type { Surroundings } from "#shared/kit/reports/compose-alert.ts";
import type { BaselineWindow } from "#shared/kit/routing/baseline-windows.ts";
import { baselineWindows } from "#shared/kit/routing/baseline-windows.ts";
import type { KnownChannel } from "#shared/kit/routing/channels-of.ts";
import { channelsOf } from "#shared/kit/routing/channels-of.ts";
import type { Absences } from "#shared/model/absence.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { ConnectionId, RuleName } from "#shared/model/ids.ts";
import type { RecipientId } from "#shared/model/notification.ts";
import { Routing } from "#shared/model/routing.ts";
import type { Alert, RuleSettings } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";
import { readAllAbsences } from "#shared/store/absences.ts";
import { routingKey } from "#shared/store/alerting-keys.ts";
import type { KnownConnections } from "#shared/store/connections.ts";
import { listConnections } from "#shared/store/connections.ts";
import { listCustomRules } from "#shared/store/custom-rules.ts";
import { getDocument, readDocument } from "#shared/store/documents.ts";
import { factKey, ruleSettingsKey } from "#shared/store/keys.ts";
import { SetAside } from "#shared/store/set-aside.ts";
import { alertSpec, routingSpec, ruleSettingsSpec } from "#shared/store/specs.ts";

import type { NotifyDeps } from "./deps.ts";
import type { Announced } from "./mailbox.ts";

/** Who hears of what, as an ops admin set it; or as it is before anybody did. */
export interface Policy {
  /** Absent: nobody has set it up, and every channel is told of everything at once. */
  readonly routing: Routing | undefined;
  /** The routing as set, else its defaults: for times that are needed in any case. */
  readonly times: Routing;
  readonly connections: readonly Connection[];
  /** Those that work, the oldest first. */
  readonly channels: readonly KnownChannel[];
  readonly windows: readonly BaselineWindow[];
}

export interface RulePolicy {
  readonly settings: RuleSettings | undefined;
  readonly delivery: "message" | "digest";
  readonly escalates: boolean;
  readonly responseHours: number;
}

/** What one invocation knows: read when first asked for, and then kept. */
export class Round {
  readonly deps: NotifyDeps;
  readonly beganMs: number;
  /** What it has put into mailboxes, and not packed. */
  readonly announced = new Map<RecipientId, Announced>();
  readonly #known: KnownConnections;
  readonly #rules = new Map<RuleName, Promise<RulePolicy>>();
  #customTitles: Promise<Surroundings["rules"]> | undefined;
  #policy: Promise<Policy> | undefined;
  #org: Promise<Org> | undefined;
  #absences: Promise<Absences> | undefined;

  /** `known` goes from one invocation to the next. */
  constructor(deps: NotifyDeps, known: KnownConnections) {
    this.deps = deps;
    this.#known = known;
    this.beganMs = deps.clock.nowMs();
  }

  get now(): Instant {
    return this.deps.clock.now();
  }

  policy(): Promise<Policy> {
    this.#policy ??= this.#readPolicy();
    return this.#policy;
  }

  org(): Promise<Org> {
    this.#org ??= this.deps.orgReader.read();
    return this.#org;
  }

  /** Who is away when, as HR systems tell beside their records. */
  absences(): Promise<Absences> {
    this.#absences ??= this.#readAbsences();
    return this.#absences;
  }

  rule(name: RuleName): Promise<RulePolicy> {
    const known = this.#rules.get(name) ?? this.#readRule(name);
    this.#rules.set(name, known);
    return known;
  }

  /** Reads all that it takes to say who hears of an alert of this rule. */
  async prepare(name: RuleName): Promise<void> {
    await Promise.all([this.policy(), this.rule(name), this.org(), this.absences()]);
  }

  async #readPolicy(): Promise<Policy> {
    const { table, clock, registry } = this.deps;
    const [routing, connections] = await Promise.all([
      getDocument(table, routingSpec, routingKey),
      listConnections(table, new SetAside(), this.#known),
    ]);
    const times =
      routing ?? Routing.parse({ type: "routing", updatedAt: clock.now(), revision: 0 });
    const channels = channelsOf(connections, registry);
    const sources = connections.filter((connection) => registry.isSource(connection));
    const windows = routing ? baselineWindows(sources, routing.baselineMinutes) : [];
    return { routing, times, connections, channels, windows };
  }

  async #readAbsences(): Promise<Absences> {
    const { table, registry } = this.deps;
    const { connections } = await this.policy();
    return readAllAbsences(table, connections, registry);
  }

  async #readRule(name: RuleName): Promise<RulePolicy> {
    const { table, rules } = this.deps;
    const [settings, { times }] = await Promise.all([
      getDocument(table, ruleSettingsSpec, ruleSettingsKey(name)),
      this.policy(),
    ]);
    const defaults = rules.find((rule) => rule.name === name)?.defaults;
    return {
      settings,
      delivery: settings?.delivery ?? defaults?.delivery ?? "message",
      escalates: settings?.escalates ?? defaults?.escalates ?? true,
      responseHours: settings?.responseHours ?? times.responseHours,
    };
  }

  /** Alerts as they stand now, by id; those that cannot be read are left out. */
  async alerts(ids: readonly Alert["id"][]): Promise<ReadonlyMap<Alert["id"], Alert>> {
    const keys = [...new Set(ids)].map((id) => factKey(id));
    const items = keys.length > 0 ? await this.deps.table.batchGet(keys) : [];
    const setAside = new SetAside();
    const alerts = items.flatMap(
      (item) => setAside.read(item, (one) => readDocument(alertSpec, one)) ?? [],
    );
    return new Map(alerts.map((alert) => [alert.id, alert]));
  }

  async surroundings(): Promise<Surroundings> {
    const [org, { connections }] = await Promise.all([this.org(), this.policy()]);
    const { rules, publicUrl, table } = this.deps;
    // Custom rules are told by the titles that ops admins gave them.
    this.#customTitles ??= listCustomRules(table).then((custom) =>
      custom.map(({ id, title }) => ({ name: id, title })),
    );
    return {
      org,
      rules: [...rules, ...(await this.#customTitles)],
      publicUrl,
      now: this.now,
      connections: new Map(connections.map((one) => [one.id, one])),
    };
  }

  async channel(id: ConnectionId): Promise<KnownChannel | undefined> {
    return (await this.policy()).channels.find((one) => one.id === id);
  }
}
