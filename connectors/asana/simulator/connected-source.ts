import type { PulledPage, Source } from "#shared/kit/connector.ts";
import type { Change } from "#shared/model/change.ts";
import type { FactType } from "#shared/model/ids.ts";
import { connectionId, factId } from "#shared/model/ids.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";
import { createSilentLogger, type LogLine } from "#shared/testing/silent-logger.ts";
import { sourceContext } from "#shared/testing/source-context.ts";

import { AsanaSettings } from "../settings.ts";
import { createAsanaSource } from "../source.ts";
import { exampleSeed } from "./example-seed.ts";
import {
  type AsanaSimulator,
  type AsanaSimulatorOptions,
  startAsanaSimulator,
} from "./start-asana-simulator.ts";

const connection = connectionId("asana00001");

/** The connector's source on an example Asana of its own, for tests. */
export interface ConnectedSource {
  readonly simulator: AsanaSimulator;
  readonly clock: ManualClock;
  readonly source: Source;
  readonly lines: LogLine[];
}

export async function connectedSource(
  options: Partial<AsanaSimulatorOptions> = {},
): Promise<ConnectedSource> {
  const clock = new ManualClock("2026-11-21T08:00:00.000Z");
  const simulator = await startAsanaSimulator({ seed: exampleSeed, clock, ...options });
  return { simulator, clock, ...sourceOf({ baseUrl: simulator.apiUrl }, clock) };
}

/** A source with these settings beside the example's token and workspace. */
export function sourceOf(
  settings: Readonly<Record<string, unknown>>,
  clock: ManualClock,
): { source: Source; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const workspaces = exampleSeed.workspaces.map(({ gid }) => gid);
  const source = createAsanaSource(
    sourceContext({
      connectionId: connection,
      settings: AsanaSettings.parse({ token: exampleSeed.token, workspaces, ...settings }),
      clock,
      logger: createSilentLogger(lines),
    }),
  );
  return { source, lines };
}

export async function pullAll(
  source: Source,
  collection: string,
  position?: string,
): Promise<PulledPage[]> {
  const pages: PulledPage[] = [];
  for await (const page of source.pull(collection, position)) pages.push(page);
  return pages;
}

export async function enumerateAll(source: Source, collection: string): Promise<string[]> {
  const ids = new Set<string>();
  for await (const batch of source.enumerate(collection)) for (const one of batch) ids.add(one);
  return [...ids].toSorted();
}

export const id = <T extends FactType>(type: T, gid: string) =>
  factId(type, "asana", connection, gid);
export const task = (gid: string) => id("work-item", gid);

export const idOf = (change: Change) => (change.kind === "upserted" ? change.record.id : change.id);

export function idsOf(pages: readonly PulledPage[]): string[] {
  const ids = pages.flatMap((page) => page.changes.map((change) => String(idOf(change))));
  return [...new Set(ids)].toSorted();
}

export function positionOf(pages: readonly PulledPage[]): string | undefined {
  return pages.at(-1)?.position;
}
