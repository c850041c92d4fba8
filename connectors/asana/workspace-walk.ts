import * as z from "zod";

import { HubError } from "#shared/errors.ts";

import type { Page, PageRequest } from "./client.ts";
import { isExpired } from "./errors.ts";

/** Where a run over the lists of several workspaces stands; nothing in it: at its beginning. */
const Position = z.strictObject({
  v: z.literal(1),
  at: z.strictObject({ workspace: z.string(), offset: z.string().optional() }).optional(),
});

export interface WalkedPage {
  readonly workspace: string;
  readonly records: readonly unknown[];
  /** True on the first page of its workspace. */
  readonly isFirst: boolean;
  /** Where the run continues after this page. */
  readonly position: string;
  readonly isLast: boolean;
}

/**
 * Reads a list of each workspace in turn, from a position. An offset that has expired meanwhile
 * repeats its workspace from the start.
 */
export async function* walkWorkspaces(
  workspaces: readonly string[],
  position: string | undefined,
  list: (workspace: string, page: PageRequest) => Promise<Page>,
): AsyncGenerator<WalkedPage> {
  const saved = readPosition(position);
  // A workspace that the settings no longer name is where nobody continues.
  const isKnown = saved !== undefined && workspaces.includes(saved.workspace);
  let at: NonNullable<typeof saved> = isKnown ? saved : { workspace: workspaces[0] ?? "" };
  for (;;) {
    const { workspace, offset } = at;
    const { page, isFirst } = await listFrom((request) => list(workspace, request), offset);
    const following = workspaces[workspaces.indexOf(workspace) + 1];
    const next =
      page.offset === undefined
        ? following === undefined
          ? undefined
          : { workspace: following }
        : { workspace, offset: page.offset };
    yield {
      workspace,
      records: page.records,
      isFirst,
      position: JSON.stringify({ v: 1, ...(next && { at: next }) }),
      isLast: next === undefined,
    };
    if (!next) return;
    at = next;
  }
}

/** A page from an offset, or the first page where the offset is no longer good. */
export async function listFrom(
  list: (page: PageRequest) => Promise<Page>,
  offset: string | undefined,
): Promise<{ readonly page: Page; readonly isFirst: boolean }> {
  if (offset === undefined) return { page: await list({}), isFirst: true };
  try {
    return { page: await list({ offset }), isFirst: false };
  } catch (error) {
    if (!isExpired(error)) throw error;
    return { page: await list({}), isFirst: true };
  }
}

function readPosition(position: string | undefined): z.infer<typeof Position>["at"] {
  if (position === undefined) return undefined;
  return parsePosition(Position, position).at;
}

/** Throws `connector.cursor-expired` for a position that this version cannot read. */
export function parsePosition<T>(schema: z.ZodType<T>, position: string): T {
  try {
    return schema.parse(JSON.parse(position));
  } catch (error) {
    const isUnreadable = error instanceof SyntaxError || error instanceof z.ZodError;
    if (!isUnreadable) throw error;
    throw new HubError("connector.cursor-expired", "The saved position is of another version", {
      cause: error,
    });
  }
}
