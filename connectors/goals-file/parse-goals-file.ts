import type { Rejected } from "#shared/model/change.ts";

import { parseCsv } from "./parse-csv.ts";
import { parseYaml } from "./parse-yaml.ts";
import { GoalRow } from "./row.ts";
import type { PlacedRow, RawRow } from "./row.ts";
import type { GoalsFileSettings } from "./settings.ts";

export interface ParsedFile {
  readonly rows: readonly PlacedRow[];
  readonly rejected: readonly Rejected[];
  /** Ids of rows that stand in the file and were not understood. */
  readonly rejectedIds: ReadonlySet<string>;
}

/**
 * Reads the whole file. A row that is wrong is rejected with its place and the rest goes on; only text
 * that is no such file at all throws (`connector.misconfigured`).
 */
export function parseGoalsFile(
  text: string,
  how: Pick<GoalsFileSettings, "format" | "url">,
): ParsedFile {
  const raw = isCsv(text, how) ? parseCsv(text) : parseYaml(text);
  const rows = new Map<string, PlacedRow>();
  const rejected: Rejected[] = [];
  const rejectedIds = new Set<string>();
  for (const each of raw) {
    const parsed = GoalRow.safeParse(each.values);
    if (!parsed.success) {
      rejected.push({ record: each.placeOf([]), reason: reasonOf(parsed.error.issues, each) });
      rejectedIds.add(idOf(each.values));
    } else if (rows.has(parsed.data.id)) {
      rejected.push({
        record: each.placeOf([]),
        reason: `${each.placeOf(["id"])}: another row has this id already`,
      });
    } else {
      rows.set(parsed.data.id, { row: parsed.data, placeOf: each.placeOf });
    }
  }
  return { rows: [...rows.values()], rejected, rejectedIds };
}

function isCsv(text: string, { format, url }: Pick<GoalsFileSettings, "format" | "url">): boolean {
  if (format !== "auto") return format === "csv";
  const path = url === undefined ? "" : new URL(url).pathname.toLowerCase();
  if (/\.(?:csv|tsv)$/u.test(path)) return true;
  if (/\.ya?ml$/u.test(path)) return false;
  // A header line has separators and no colon followed by a space, which YAML cannot do without.
  const first = text.trimStart().split(/\r?\n/u, 1)[0] ?? "";
  return /[,;\t]/u.test(first) && !/:(?:\s|$)|^[-#[{]/u.test(first);
}

/** Places and kinds of mistake; never the values, which may be anybody's words. */
function reasonOf(
  issues: readonly {
    readonly path: readonly PropertyKey[];
    readonly message: string;
    readonly code?: string;
    readonly keys?: readonly string[];
  }[],
  row: RawRow,
): string {
  return issues
    .slice(0, 5)
    .map((issue) => {
      const field = issue.path.map(String).join(".");
      const keys = issue.code === "unrecognized_keys" ? " (check the spelling of the keys)" : "";
      return `${row.placeOf(issue.path)}: ${field === "" ? "row" : field}: ${issue.message}${keys}`;
    })
    .join("; ");
}

function idOf(values: unknown): string {
  if (typeof values !== "object" || values === null || !("id" in values)) return "";
  return String(values.id).trim();
}
