import * as z from "zod";

/** How every list is paged. `after` is the `next` of the page before. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z
    .string()
    .max(2000)
    .regex(/^[A-Za-z0-9_-]+$/u, { error: "Give the `next` of an earlier page, or leave it out" })
    .optional(),
};

export const next = z
  .string()
  .optional()
  .meta({ description: "Give as `after`; absent at the end" });

/** How many there are of all that fits. */
export const untoldOfFew = z.int().nonnegative().optional().meta({
  description:
    "Absent where the team that is asked for is one of fewer than five people: a number of it would be one about persons",
});

/** A text that sorts like the thing it stands for. */
type SortKey = string;

/**
 * One page of things sorted by `keyOf`, each key unique. The cursor is the last key shown, so things
 * that come and go between two pages never repeat or hide the others.
 */
export function pageOf<T>(
  sorted: readonly T[],
  keyOf: (thing: T) => SortKey,
  { limit, after }: { readonly limit: number; readonly after?: string | undefined },
): { readonly page: readonly T[]; readonly next: string | undefined } {
  const last = after && Buffer.from(after, "base64url").toString();
  const start = last === undefined ? 0 : sorted.findIndex((thing) => keyOf(thing) > last);
  const page = start < 0 ? [] : sorted.slice(start, start + limit);
  const end = page.at(-1);
  const hasMore = start >= 0 && start + limit < sorted.length;
  return {
    page,
    next: hasMore && end !== undefined ? Buffer.from(keyOf(end)).toString("base64url") : undefined,
  };
}
