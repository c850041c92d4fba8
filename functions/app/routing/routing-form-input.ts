import type { RoutingAnswer } from "./routing-answers.ts";

/** What a form gives: each name with all that stands under it. */
export type FormLists = Readonly<Record<string, readonly string[]>>;

/** The routing that a form says, for the schema to check; what is left empty is left to its default. */
export function readRoutingForm(form: FormLists): Record<string, unknown> {
  const one = (name: string) => form[name]?.[0]?.trim() || undefined;
  const number = (name: string) => (one(name) === undefined ? undefined : Number(one(name)));
  const given = {
    revision: number("revision"),
    channels: channelsOf(form),
    defaultChannelId: one("defaultChannelId"),
    peopleThroughId: one("peopleThroughId"),
    responseHours: number("responseHours"),
    weeklyBudgetOfPerson: number("weeklyBudgetOfPerson"),
    weeklyBudgetOfChannel: number("weeklyBudgetOfChannel"),
    quietFrom: one("quietFrom"),
    quietUntil: one("quietUntil"),
    workingDays: (form["workingDays"] ?? []).map(Number),
    timeZone: one("timeZone"),
    timeZones: timeZonesOf(one("timeZones") ?? ""),
    digestDay: number("digestDay"),
    digestTime: one("digestTime"),
    baselineMinutes: number("baselineMinutes"),
    baselineAlertsMax: number("baselineAlertsMax"),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** Rows whose unit or channel was left empty are taken out. */
function channelsOf(form: FormLists) {
  const rows = Object.entries(form).flatMap(([name, [unitId]]) => {
    const row = /^unit-(\d+)$/u.exec(name)?.[1];
    const connectionId = form[`channel-${row}`]?.[0];
    if (row === undefined || !unitId || !connectionId) return [];
    return [{ row: Number(row), unitId, connectionId }];
  });
  return rows
    .toSorted((a, b) => a.row - b.row)
    .map(({ unitId, connectionId }) => ({ unitId, connectionId }));
}

/** A line each: `Lisbon = Europe/Lisbon`. */
function timeZonesOf(text: string) {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line) => {
      const [location = "", timeZone = ""] = line.split("=").map((part) => part.trim());
      return { location, timeZone };
    });
}

/** What stands in the form for a routing that is kept. */
export function formOf(routing: RoutingAnswer): FormLists {
  const text = (value: string | number | undefined) => (value === undefined ? [] : [String(value)]);
  const { timeZones, workingDays, channels } = routing;
  const rows = channels.flatMap(({ unitId, connectionId }, at) => [
    [`unit-${at}`, [unitId]] as const,
    [`channel-${at}`, [connectionId]] as const,
  ]);
  return {
    ...Object.fromEntries(rows),
    defaultChannelId: text(routing.defaultChannelId),
    peopleThroughId: text(routing.peopleThroughId),
    responseHours: text(routing.responseHours),
    weeklyBudgetOfPerson: text(routing.weeklyBudgetOfPerson),
    weeklyBudgetOfChannel: text(routing.weeklyBudgetOfChannel),
    quietFrom: text(routing.quietFrom),
    quietUntil: text(routing.quietUntil),
    workingDays: workingDays.map(String),
    timeZone: text(routing.timeZone),
    timeZones: [timeZones.map((one) => `${one.location} = ${one.timeZone}`).join("\n")],
    digestDay: text(routing.digestDay),
    digestTime: text(routing.digestTime),
    baselineMinutes: text(routing.baselineMinutes),
    baselineAlertsMax: text(routing.baselineAlertsMax),
    revision: text(routing.revision),
  };
}
