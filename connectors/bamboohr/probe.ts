import { HubError } from "#shared/errors.ts";
import type { Gap, Probe, SourceContext } from "#shared/kit/connector.ts";
import { dateOf } from "#shared/model/time.ts";
import type { CalendarDate } from "#shared/model/time.ts";

import type { BambooClient } from "./client.ts";
import { omittedGaps } from "./employee-reader.ts";
import { employmentOf } from "./employment.ts";
import { fieldsFor } from "./fields.ts";
import type { BambooSettings } from "./settings.ts";
import { tableGap } from "./table-reader.ts";
import type { TableReader } from "./table-reader.ts";

/** Employees that are looked at: what may be seen differs by groups of employees. */
const looksMax = 5;

/** BambooHR's name for whoever asks, where that is an employee; an account of its own has no employee. */
const oneself = "0";

/** What a connection will see and what not, each missing field, table and right by its name. */
export async function probeBamboo(
  { settings, tokens, clock }: SourceContext<BambooSettings>,
  client: BambooClient,
  tables: TableReader,
): Promise<Probe> {
  const { companyDomain, orgLevels } = settings;
  const page = await client.listEmployees({ limit: looksMax });
  const known = await client.listFields();
  const names = new Set(known.flatMap((field) => [field.id, field.alias ?? field.id]));
  const unknown = orgLevels.filter((level) => !names.has(level));
  const fields = fieldsFor(orgLevels).filter((field) => !unknown.includes(field));
  const ids = page.data.map(({ employeeId }) => employeeId);
  const omitted = await omittedOf(client, ids, fields);
  return {
    identity: `${page.meta.total} employees of ${companyDomain}`,
    credential: { kind: tokens ? "OAuth consent" : "API key" },
    gaps: [
      ...unknown.map((level) => ({
        what: `Org level ${level}`,
        why: "BambooHR has no field of this alias: correct the org levels in the settings",
      })),
      ...omittedGaps(omitted, ids.length),
      ...(await gapsOfTables({ settings, client, tables }, ids[0])),
      ...(await gapsOfWebhooks(client)),
      ...(await gapsOfAccount(client, tables, dateOf(clock.now()))),
    ],
  };
}

async function omittedOf(client: BambooClient, ids: readonly string[], fields: readonly string[]) {
  const omitted = new Map<string, number>();
  for (const id of ids) {
    const record = await client.readEmployee(id, fields);
    if (record === "gone") continue;
    for (const field of fields) {
      const isShown = record !== "hidden" && field in record;
      if (!isShown) omitted.set(field, (omitted.get(field) ?? 0) + 1);
    }
  }
  return omitted;
}

async function gapsOfTables(
  {
    settings,
    client,
    tables,
  }: {
    readonly settings: BambooSettings;
    readonly client: BambooClient;
    readonly tables: TableReader;
  },
  id: string | undefined,
): Promise<readonly Gap[]> {
  if (id === undefined || settings.datedTables.length === 0) return [];
  const { hidden } = await tables.ofOne(id);
  const gaps = hidden.map(tableGap);
  if (!settings.datedTables.includes("jobInfo") || hidden.includes("jobInfo")) return gaps;
  const columns = await jobColumns(client);
  const outside = settings.orgLevels.filter((level) => columns?.has(level) === false);
  return [
    ...gaps,
    ...(outside.length === 0
      ? []
      : [
          {
            what: "Moves ahead",
            why: `The table jobInfo has no column ${outside.join(", ")}: where people will be is known on the day they move`,
          },
        ]),
  ];
}

/** The columns of the table `jobInfo`; undefined where the list of tables is not shown. */
async function jobColumns(client: BambooClient): Promise<ReadonlySet<string> | undefined> {
  try {
    const table = (await client.listTables()).find(({ alias }) => alias === "jobInfo");
    return table && new Set(table.fields.flatMap(({ alias }) => (alias ? [alias] : [])));
  } catch (error) {
    if (error instanceof HubError && error.code === "connector.forbidden") return undefined;
    throw error;
  }
}

async function gapsOfWebhooks(client: BambooClient): Promise<readonly Gap[]> {
  try {
    await client.listWebhooks();
    return [];
  } catch (error) {
    if (!(error instanceof HubError) || error.code !== "connector.forbidden") throw error;
    const why = "Our account may not register them: changes are seen at the next poll instead";
    return [{ what: "Webhooks", why }];
  }
}

/** The key, or the consent, and every webhook end with the account that they are of. */
async function gapsOfAccount(
  client: BambooClient,
  tables: TableReader,
  today: CalendarDate,
): Promise<readonly Gap[]> {
  const record = await client.readEmployee(oneself, ["status", "hireDate", "terminationDate"]);
  if (typeof record === "string") return [];
  const rows = (await tables.ofOne(record.id)).of(record.id);
  const { status, endOn } = employmentOf(record, rows?.employmentStatus, today);
  if (status !== "inactive" && endOn === undefined) return [];
  return [
    {
      what: "The account that we act for",
      why: "Its owner leaves, and the access and the webhooks end with it: connect with another account before that",
    },
  ];
}
