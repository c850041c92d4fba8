import * as z from "zod";

import { openSource } from "#shared/access/open-source.ts";
import type { Connector, Probe, Source } from "#shared/kit/connector.ts";
import type { Discovery } from "#shared/kit/discovery.ts";
import type { Connection } from "#shared/model/connection.ts";
import { listConnections } from "#shared/store/connections.ts";

import type { AppContext } from "../app-deps.ts";
import { inTime, storedSettings } from "../connections/probe.ts";

const Option = z.strictObject({
  value: z.string(),
  label: z.string(),
  hint: z.string().optional(),
  count: z.int().nonnegative().optional().meta({ description: "Records that it holds" }),
});

export const DiscoveryAnswer = z
  .strictObject({
    identity: z.string(),
    credential: z.strictObject({ kind: z.string(), expiresAt: z.string().optional() }).optional(),
    requirements: z
      .array(
        z.strictObject({
          name: z.string(),
          isHeld: z.boolean(),
          neededFor: z.string(),
          isRequired: z.boolean().meta({ description: "Without it the connection cannot work" }),
        }),
      )
      .meta({ description: "Each scope or permission that is used, and whether it is held" }),
    gaps: z.array(z.strictObject({ what: z.string(), why: z.string() })),
    choices: z.array(
      z.strictObject({
        field: z.string().meta({ description: "The settings field that takes chosen values" }),
        title: z.string(),
        emptyMeans: z.string(),
        options: z.array(Option),
        isCut: z.boolean().meta({ description: "There are more than are listed" }),
      }),
    ),
    suggestions: z.array(
      z.strictObject({
        field: z.string(),
        value: z.json(),
        why: z.string(),
        labels: z
          .record(z.string(), z.string())
          .optional()
          .meta({ description: "What people call the entries of the value, where those are ids" }),
      }),
    ),
  })
  .meta({ id: "Discovery" });
export type DiscoveryAnswer = z.infer<typeof DiscoveryAnswer>;

/** The readable side of a connection, for somebody who waits; a draft's too. */
export async function openForPerson(context: AppContext, connection: Connection): Promise<Source> {
  const [{ full }, connections] = await Promise.all([
    storedSettings(context, connection),
    listConnections(context.table),
  ]);
  return openSource(context, { connection, connections, settings: full, isInteractive: true });
}

/** What the account may do, what there is to choose from, and what we would suggest; asked now. */
export async function discover(
  context: AppContext,
  connection: Connection,
): Promise<DiscoveryAnswer> {
  const connector = context.registry.get(connection.connector);
  return inTime(context, connector, ask(context, connector, connection));
}

const nothingFound: Discovery = { choices: [], suggestions: [] };

async function ask(
  context: AppContext,
  connector: Connector,
  connection: Connection,
): Promise<DiscoveryAnswer> {
  if (!connector.source) return answerOf({ identity: connection.identity ?? "", gaps: [] });
  const source = await openForPerson(context, connection);
  const probe = await source.probe();
  return answerOf(probe, await source.discover?.());
}

function answerOf(
  { identity, credential, requirements = [], gaps }: Probe,
  { choices, suggestions }: Discovery = nothingFound,
): DiscoveryAnswer {
  return {
    identity,
    ...(credential && { credential: { ...credential } }),
    requirements: requirements.map((one) => ({ ...one })),
    gaps: gaps.map(({ what, why }) => ({ what, why })),
    choices: choices.map((choice) => ({
      ...choice,
      options: choice.options.map((option) => ({ ...option })),
    })),
    // A suggestion is a value for settings, which are JSON.
    suggestions: suggestions.map((one) => ({ ...one })) as DiscoveryAnswer["suggestions"],
  };
}
