import * as z from "zod";

import { HubError } from "#shared/errors.ts";

import { goalKindReader } from "./goal-types.ts";
import { createdJql, jqlTime, scopeJql, typeJql } from "./jql.ts";
import type { JiraSession } from "./session.ts";

/**
 * A part of the collection of issues: all goals; or work, of the projects whose keys lie between two in
 * the order of the alphabet, or of one project and a window of creation. Without bounds: all work.
 * Ranges have no gaps, so that what we hold of a project that is out of sight counts for one of them.
 */
export const IssuePart = z.strictObject({
  isGoals: z.literal(true).optional(),
  /** Keys after this one… */
  after: z.string().optional(),
  /** …up to this one. */
  upTo: z.string().optional(),
  /** Created at this moment or later… */
  fromMs: z.int().optional(),
  /** …but before this one. */
  toMs: z.int().optional(),
});
export type IssuePart = z.infer<typeof IssuePart>;

export function partText(part: IssuePart): string {
  return JSON.stringify(part);
}

export function readPart(text: string): IssuePart {
  const parsed = IssuePart.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  throw new HubError("invariant.broken", "Jira has no such part of the issues");
}

export function holdsKey({ after, upTo }: IssuePart, key: string): boolean {
  return (after === undefined || key > after) && (upTo === undefined || key <= upTo);
}

export function holdsMoment({ fromMs, toMs }: IssuePart, createdMs: number): boolean {
  return (fromMs === undefined || createdMs >= fromMs) && (toMs === undefined || createdMs < toMs);
}

/** Ids of the types that are goals here. */
export async function goalTypeIds({ client, context }: JiraSession): Promise<readonly string[]> {
  const goalKindOf = goalKindReader(context.settings.goalTypes);
  return (await client.issueTypes())
    .filter((type) => goalKindOf(type) !== undefined)
    .map(({ id }) => id);
}

interface Site {
  /** Ids of the types that are goals. */
  readonly types: readonly string[];
  readonly timeZone: string;
}

/** The query of a part; undefined where no project of it can be seen. */
export async function partJql(
  session: JiraSession,
  part: IssuePart,
  { types, timeZone }: Site,
): Promise<string | undefined> {
  const isWhole = part.after === undefined && part.upTo === undefined;
  const projects = isWhole
    ? await session.projects()
    : (await session.projectsRead()).filter((key) => holdsKey(part, key));
  if (!isWhole && projects.length === 0) return undefined;
  const textOf = (epochMs: number) => jqlTime(epochMs, timeZone);
  return [
    scopeJql(projects),
    ...(types.length > 0 ? [typeJql(part.isGoals === true ? "in" : "not in", types)] : []),
    ...createdJql({
      ...(part.fromMs !== undefined && { from: textOf(part.fromMs) }),
      ...(part.toMs !== undefined && { to: textOf(part.toMs) }),
    }),
  ].join(" AND ");
}
