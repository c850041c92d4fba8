import { HubError } from "#shared/errors.ts";
import type { InputIssue } from "#shared/errors.ts";
import type { Org } from "#shared/graph/org.ts";
import { channelsOf } from "#shared/kit/routing/channels-of.ts";
import { previewRoute } from "#shared/kit/routing/preview-route.ts";
import type { Channel } from "#shared/kit/routing/recipients.ts";
import type { AlertId, OrgUnitId } from "#shared/model/ids.ts";
import { personOfRecipient } from "#shared/model/notification.ts";
import { Routing } from "#shared/model/routing.ts";
import type { Alert, RuleSettings } from "#shared/model/signal.ts";
import { readAllAbsences } from "#shared/store/absences.ts";
import { routingKey } from "#shared/store/alerting-keys.ts";
import { listConnections } from "#shared/store/connections.ts";
import { createDocument, getDocument, replaceDocument } from "#shared/store/documents.ts";
import { factKey, ruleSettingsKey } from "#shared/store/keys.ts";
import { alertSpec, routingSpec, ruleSettingsSpec } from "#shared/store/specs.ts";

import type { AppContext } from "../app-deps.ts";
import type { RouteAnswer, RoutingAnswer, RoutingChange } from "./routing-answers.ts";

/** The routing as it is set, or as it would be by default. */
export async function describeRouting(context: AppContext): Promise<RoutingAnswer> {
  const [stored, channels] = await Promise.all([
    getDocument(context.table, routingSpec, routingKey),
    readChannels(context),
  ]);
  const { type: _type, updatedAt: _updatedAt, ...routing } = stored ?? byDefault(context);
  const connected = channels.map(({ id, name, traits }) => ({
    id,
    name,
    // What goes on items goes by itself: nothing is chosen about it here.
    reaches: traits.reaches.filter((one) => one !== "item"),
    isSystem: traits.isSystem === true,
  }));
  return { ...routing, isDefault: stored === undefined, connected };
}

function byDefault({ clock }: AppContext): Routing {
  return Routing.parse({ type: "routing", updatedAt: clock.now(), revision: 0 });
}

/**
 * Lets the defaults hold, where nobody has set anything: from the first reading that is started on, on a page
 * or by the API, what it finds is a report and no flood of messages.
 */
export async function ensureRouting(context: AppContext): Promise<void> {
  const isNew = await createDocument(context.table, routingSpec, byDefault(context));
  if (isNew) context.logger.info("routing.begun", {});
}

async function readChannels(context: AppContext): Promise<readonly Channel[]> {
  return channelsOf(await listConnections(context.table), context.registry);
}

/** Sets it whole. Throws `input.invalid` for channels and units that there are not, each at its place. */
export async function saveRouting(
  context: AppContext,
  { revision, ...change }: RoutingChange,
): Promise<void> {
  const [before, channels, org] = await Promise.all([
    getDocument(context.table, routingSpec, routingKey),
    readChannels(context),
    context.orgReader.read(),
  ]);
  if (before && revision !== undefined && revision !== before.revision) throw changedMeanwhile();
  const issues = issuesOf(change, channels, org);
  if (issues.length > 0) {
    throw new HubError("input.invalid", issues[0]?.message ?? "", { issues });
  }
  const wanted: Routing = {
    type: "routing",
    ...change,
    updatedAt: context.clock.now(),
    revision: 0,
  };
  const isStored = before
    ? (await replaceDocument(context.table, routingSpec, before, wanted)) !== undefined
    : await createDocument(context.table, routingSpec, wanted);
  if (!isStored) throw changedMeanwhile();
  context.logger.info("routing.changed", { channels: change.channels.length });
}

function issuesOf(
  { channels, defaultChannelId, peopleThroughId }: Omit<RoutingChange, "revision">,
  connected: readonly Channel[],
  org: Org,
): readonly InputIssue[] {
  const reaching = (id: string | undefined, what: "channel" | "person") =>
    id === undefined || connected.some((one) => one.id === id && one.traits.reaches.includes(what));
  const issues: InputIssue[] = [];
  const say = (path: string, message: string) => void issues.push({ path, message });
  if (!reaching(defaultChannelId, "channel")) {
    say("defaultChannelId", "This is no connected channel: connect it first, or choose another");
  }
  if (!reaching(peopleThroughId, "person")) {
    say(
      "peopleThroughId",
      "This channel does not reach people one by one: e-mail and a Slack app do",
    );
  }
  const seen = new Set<OrgUnitId>();
  for (const [at, { unitId, connectionId }] of channels.entries()) {
    const path = `channels.${at}`;
    if (!org.unit(unitId)) say(`${path}.unitId`, "There is no such unit");
    if (!reaching(connectionId, "channel"))
      say(`${path}.connectionId`, "This is no connected channel");
    if (seen.has(unitId)) say(`${path}.unitId`, "This unit has a channel already: one for each");
    seen.add(unitId);
  }
  return issues;
}

function changedMeanwhile(): HubError {
  return new HubError("entity.conflict", "Somebody else changed the routing just now: look again");
}

/** Who would hear of an alert, as things stand now. Throws `entity.not-found` where there is no such alert. */
export async function routeOfAlert(context: AppContext, id: AlertId): Promise<RouteAnswer> {
  const alert = await getDocument(context.table, alertSpec, factKey(id));
  if (!alert) throw new HubError("entity.not-found", "There is no such alert");
  const settings = await getDocument(context.table, ruleSettingsSpec, ruleSettingsKey(alert.rule));
  return preview(context, alert, settings);
}

/** Who would hear of an alert of these teams. */
export function routeOfTeams(
  context: AppContext,
  teamIds: readonly OrgUnitId[],
): Promise<RouteAnswer> {
  return preview(context, { teamIds: [...teamIds] }, undefined);
}

async function preview(
  context: AppContext,
  alert: Pick<Alert, "teamIds" | "leaderId"> & { readonly rule?: Alert["rule"] },
  settings: RuleSettings | undefined,
): Promise<RouteAnswer> {
  const connections = await listConnections(context.table);
  const channels = channelsOf(connections, context.registry);
  const [routing, org, absences] = await Promise.all([
    getDocument(context.table, routingSpec, routingKey),
    context.orgReader.read(),
    readAllAbsences(context.table, connections, context.registry),
  ]);
  const rule = context.rules.find(({ name }) => name === alert.rule);
  const rungs = previewRoute({
    alert,
    escalates: settings?.escalates ?? rule?.defaults.escalates ?? true,
    responseHours: settings?.responseHours,
    routing,
    org,
    channels,
    absences,
    now: context.clock.now(),
  });
  const nameOf = (recipient: Parameters<typeof personOfRecipient>[0], through: string) => {
    const personId = personOfRecipient(recipient);
    if (personId === undefined) return { kind: "channel" as const, name: through };
    return { kind: "person" as const, name: org.person(personId)?.name ?? "Somebody" };
  };
  return {
    isDefault: routing === undefined,
    rungs: rungs.map(({ rung, at, recipients, skipped }) => ({
      rung,
      at,
      told: recipients.map(({ recipient, connectionId, because }) => {
        const through = channels.find((one) => one.id === connectionId)?.name ?? "a channel";
        return { ...nameOf(recipient, through), through, because };
      }),
      skipped: skipped.map(({ name, because }) => ({ name, because })),
    })),
  };
}
