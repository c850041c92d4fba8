import * as z from "zod";

/**
 * The document says in words that these may be null, but writes `nullable` into one branch of an
 * `allOf` beside one that is not: by the letter nothing could be null there.
 */
export function withoutProsaicNulls(problems: readonly string[], body: unknown): readonly string[] {
  return problems.filter((problem) => {
    const [, path = ""] =
      /^(\S+\/(?:parent|owner|assignee|team|time_period|metric|enum_value|date_value|current_status_update|last_(?:success|failure)_at)) must be (?:object|string)$/u.exec(
        problem,
      ) ?? [];
    const value = path
      .split("/")
      .slice(1)
      .reduce<unknown>((node, name) => {
        const parsed = z.record(z.string(), z.unknown()).or(z.array(z.unknown())).safeParse(node);
        return parsed.success
          ? Object.entries(parsed.data).find(([key]) => key === name)?.[1]
          : undefined;
      }, body);
    return path === "" || value !== null;
  });
}
