import { sectionMax } from "./blocks.ts";

/**
 * A title and a line for each of many, within one text of Slack's: what does not fit is counted, whole
 * lines only, so that no link is cut. `more`: how many others there are that have no line here.
 */
export function lineList(title: string, lines: readonly string[], more = 0): string {
  const shown = [title];
  for (const [at, line] of lines.entries()) {
    const rest = `… and ${lines.length - at + more} more`;
    if ([...shown, line, rest].join("\n").length > sectionMax) return [...shown, rest].join("\n");
    shown.push(line);
  }
  return (more > 0 ? [...shown, `… and ${more} more`] : shown).join("\n");
}
