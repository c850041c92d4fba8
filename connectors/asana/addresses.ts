import type { Gap, UrlResolver } from "#shared/kit/connector.ts";

import { addressesIn } from "./normalize-task.ts";
import type { ReaderDeps } from "./reader.ts";

/** What the addresses in mapped fields lead to, and whether some lead nowhere. */
export interface Addresses {
  readonly resolveUrl: UrlResolver;
  readonly gaps: readonly Gap[];
}

/** Resolves the addresses of all these tasks in one question. */
export async function resolveAddresses(
  { source }: ReaderDeps,
  tasks: readonly unknown[],
): Promise<Addresses> {
  const { settings } = source;
  const urls = [...new Set(tasks.flatMap((task) => addressesIn(settings, task)))];
  if (urls.length === 0) return { resolveUrl: () => undefined, gaps: [] };
  const resolveUrl = await source.resolveUrls(urls);
  const isAllKnown = urls.every((url) => resolveUrl(url) !== undefined);
  return { resolveUrl, gaps: isAllKnown ? [] : [unresolvedGap] };
}

const unresolvedGap: Gap = {
  what: "Addresses in the goal and blocked-by fields",
  why: "Some lead to nothing that a connection of the hub reads",
  isMendedByConnecting: true,
};
