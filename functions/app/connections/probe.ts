import * as z from "zod";

import { openSource } from "#shared/access/open-source.ts";
import { HubError } from "#shared/errors.ts";
import type { Connector, Probe } from "#shared/kit/connector.ts";
import { secretFields } from "#shared/kit/connector.ts";
import { notifierContext } from "#shared/kit/notifier-context.ts";
import { secretName } from "#shared/kit/registry.ts";
import type { Connection } from "#shared/model/connection.ts";
import { listConnections } from "#shared/store/connections.ts";

import type { AppContext } from "../app-deps.ts";
import { parseInput } from "../http/route.ts";
import { settingsFields } from "./settings-form.ts";

/** Less than the function's own 29 s, so that the admin gets our words and not the gateway's. */
const probeTimeoutMs = 20_000;

/** What the admin typed in, parsed and split: secrets never enter the table. */
export interface SplitSettings {
  readonly full: Readonly<Record<string, unknown>>;
  readonly open: Connection["settings"];
  readonly secrets: Readonly<Record<string, string>>;
}

/** Throws `input.invalid` with paths like `settings.baseUrl`. */
export function splitSettings(
  connector: Connector,
  settings: Readonly<Record<string, unknown>>,
  { isDraft = false }: { readonly isDraft?: boolean } = {},
): SplitSettings {
  const schema = isDraft ? draftSchema(connector, settings) : connector.settings;
  const full = parseInput(schema, settings, "settings");
  const secretNames = secretFields(connector);
  const open: Connection["settings"] = {};
  const secrets: Record<string, string> = {};
  for (const [name, value] of Object.entries(full)) {
    if (value === undefined) continue;
    if (secretNames.includes(name)) secrets[name] = asSecret(value, name);
    else open[name] = asJson(value);
  }
  return { full, open, secrets };
}

/**
 * Lists that must name something are chosen after the credentials were seen to work: until then a
 * draft's are empty. A list without entries is still the list that the connector's code expects.
 */
function draftSchema(
  connector: Connector,
  settings: Readonly<Record<string, unknown>>,
): Connector["settings"] {
  const lists = settingsFields(connector).filter(({ name, input, isRequired }) => {
    const given = settings[name];
    const isEmpty = given === undefined || (Array.isArray(given) && given.length === 0);
    return input.kind === "lines" && isRequired && isEmpty;
  });
  if (lists.length === 0) return connector.settings;
  const empty = z.array(z.string()).default([]);
  return connector.settings.safeExtend(Object.fromEntries(lists.map(({ name }) => [name, empty])));
}

/** The stored settings of a connection with its own secrets, as its connector's schema parses them. */
export async function storedSettings(
  { registry, secrets }: AppContext,
  connection: Connection,
): Promise<SplitSettings> {
  const connector = registry.get(connection.connector);
  const names = secretFields(connector);
  const stored = (await secrets.read(secretName(connection.id), { fresh: true })) ?? {};
  const own = Object.entries(stored).filter(([name]) => names.includes(name));
  return splitSettings(
    connector,
    { ...connection.settings, ...Object.fromEntries(own) },
    { isDraft: connection.status === "draft" },
  );
}

/** Secrets are texts; a schema that says otherwise is a mistake of its connector. */
function asSecret(value: unknown, name: string): string {
  if (typeof value === "string") return value;
  throw new HubError("invariant.broken", `The secret setting ${name} is not a text`);
}

/** Settings come from JSON through schemas that keep it JSON: they are stored as documents. */
function asJson(value: unknown): Connection["settings"][string] {
  return value as Connection["settings"][string];
}

export type ProbeResult = Probe;

interface ProbeTarget {
  /** As it would be stored, or as it is. */
  readonly connection: Connection;
  readonly settings: SplitSettings["full"];
}

/** Tries the settings against the real thing. Throws the connector's own classified `HubError`. */
export async function probe(
  context: AppContext,
  connector: Connector,
  target: ProbeTarget,
): Promise<ProbeResult> {
  return inTime(context, connector, runProbe(context, connector, target));
}

/** What a tool is asked while a person waits: given up with words before the gateway gives up without. */
export async function inTime<T>(
  context: AppContext,
  connector: Connector,
  asked: Promise<T>,
): Promise<T> {
  const aborter = new AbortController();
  try {
    return await Promise.race([asked, timeout(context, connector, aborter.signal)]);
  } finally {
    aborter.abort();
  }
}

async function timeout(
  { clock }: AppContext,
  connector: Connector,
  signal: AbortSignal,
): Promise<never> {
  // Aborted when the probe was faster; the race has its winner then and nobody looks here.
  await clock.sleep(probeTimeoutMs, signal);
  throw new HubError(
    "connector.unreachable",
    `${connector.title} did not answer within ${probeTimeoutMs / 1000} s: check the address and try again`,
  );
}

async function runProbe(
  context: AppContext,
  connector: Connector,
  { connection, settings }: ProbeTarget,
): Promise<ProbeResult> {
  if (connector.source) {
    const connections = await listConnections(context.table);
    return (
      await openSource(context, { connection, connections, settings, isInteractive: true })
    ).probe();
  }
  if (connector.notifier) {
    const build = await connector.notifier();
    // Parsed by this connector's own schema, which is what its factory was typed with.
    const { identity } = await build(settings as never, notifierContext(context)).probe();
    return { identity, gaps: [] };
  }
  throw new HubError("invariant.broken", `Connector ${connector.name} neither reads nor tells`);
}
