/** Words of other tools and languages for what filters call otherwise. */
const otherNames: Readonly<Record<string, string>> = {
  labels: "label",
  tag: "label",
  tags: "label",
  container: "project",
  board: "project",
  issuetype: "type",
  summary: "title",
  name: "title",
  text: "title",
  issuekey: "key",
  customfield: "field",
  source: "connection",
  feature: "story",
  issue: "task",
  "sub-task": "subtask",
};

/** The word that was probably meant: another tool's name for it, or one that is two typos away at most. */
export function nearestWord(typed: string, words: readonly string[]): string | undefined {
  const meant = otherNames[typed];
  if (meant !== undefined && words.includes(meant)) return meant;
  const near = words
    .map((word) => ({ word, distance: distanceOf(typed, word) }))
    .filter(({ word, distance }) => distance <= Math.min(2, word.length - 2))
    .toSorted((a, b) => a.distance - b.distance);
  return near[0]?.word;
}

const lengthMax = 20;

/** Letters to insert, remove, replace or swap with their neighbour; words are short. */
function distanceOf(a: string, b: string): number {
  if (a.length > lengthMax) return Infinity;
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? Infinity;
  for (let row = 1; row <= a.length; row += 1) {
    rows[row] = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const cost = a[row - 1] === b[column - 1] ? 0 : 1;
      const isSwap = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const best = Math.min(
        at(row - 1, column) + 1,
        at(row, column - 1) + 1,
        at(row - 1, column - 1) + cost,
        isSwap ? at(row - 2, column - 2) + 1 : Infinity,
      );
      rows[row]?.push(best);
    }
  }
  return at(a.length, b.length);
}
