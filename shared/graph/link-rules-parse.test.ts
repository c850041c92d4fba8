import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { anyFilter } from "#shared/testing/link-filters.ts";

import { printLinkFilter } from "./link-rules-filter.ts";
import { parseLinkFilter } from "./link-rules-parse.ts";

/** What a filter says, as the language itself would print it; or what is wrong with it. */
function read(text: string): string {
  const parsed = parseLinkFilter(text);
  return parsed.ok ? printLinkFilter(parsed.filter) : parsed.message;
}

/** Read, it prints to itself; refused, it is said where in it and why. */
function isSound(text: string): boolean {
  const parsed = parseLinkFilter(text);
  if (!parsed.ok) {
    const isInside = parsed.at >= 1 && parsed.at <= Math.min(text.length, 1000) + 1;
    return isInside && parsed.message.length > 10;
  }
  const again = parseLinkFilter(printLinkFilter(parsed.filter));
  // Printing may make it longer than a filter may be, never another one.
  return !again.ok || JSON.stringify(again.filter) === JSON.stringify(parsed.filter);
}

describe("a filter", () => {
  test.each([
    ["project = PAY", "project = PAY"],
    ["PROJECT=pay and Label in(a,b)", "project = pay AND label IN (a, b)"],
    ["label = a OR label = b AND kind = bug", "label = a OR (label = b AND kind = bug)"],
    ["(label = a OR label = b) AND kind = bug", "(label = a OR label = b) AND kind = bug"],
    ["not label = a and team is empty", "NOT label = a AND team IS EMPTY"],
    ["NOT (label = a AND team IS NOT EMPTY)", "NOT (label = a AND team IS NOT EMPTY)"],
    ["section != 'Not now'", 'section != "Not now"'],
    ["label NOT IN (a, “b c”)", 'label NOT IN (a, "b c")'],
    ["label IN (growth)", "label = growth"],
    // As phones and word processors write quotes, in several languages.
    [
      "label IN (‘a b’, „c d“, „e f”, ”g h”, «i j»)",
      'label IN ("a b", "c d", "e f", "g h", "i j")',
    ],
    ['label = "don’t «do» it"', 'label = "don’t «do» it"'],
    ["label = don’t", "label = don’t"],
    ["label = 👩\u200D💻", "label = 👩\u200D💻"],
    ['title ~ "check\\"out"', 'title ~ "check\\"out"'],
    ['field["Investment"] = Growth', 'field["Investment"] = Growth'],
    ["field[Investment] ~ grow", 'field["Investment"] ~ grow'],
    ["type = Spike AND key = PAY-12", "type = Spike AND key = PAY-12"],
    ["connection = conn_0123456789", "connection = conn_0123456789"],
    ['label = "in"', 'label = "in"'],
    ["label = 😀x", "label = 😀x"],
    ["((((label = a))))", "label = a"],
    ["\n label\t= a \r\n", "label = a"],
  ])("%j is %j", (text, printed) => {
    expect(read(text)).toBe(printed);
  });

  test.each([
    ["", "The filter is empty: say which work it means, as label = growth (at character 1)"],
    [
      "project = ",
      "Expected a value after =, but the filter ends here (at character 11)", // the place after it
    ],
    ["projct = PAY", "Unknown field `projct`: did you mean project? (at character 1)"],
    ["labels = a", "Unknown field `labels`: did you mean label? (at character 1)"],
    ["lable = a", "did you mean label?"],
    ["summary ~ a", "did you mean title?"],
    [
      "wibble = a",
      "choose one of connection, project, section, label, kind, type, team, title, key",
    ],
    ["kind = bgu", "Unknown kind `bgu`: did you mean bug?"],
    ["kind = spike", "choose one of portfolio, project, initiative, epic"],
    ["kind ~ bug", "kind takes =, !=, IN or NOT IN, not ~ (at character 6)"],
    ["connection = Jira", "A connection is named by its id"],
    ["project PAY", "Expected =, !=, IN, NOT IN, ~ or IS after project, but found PAY"],
    ["project == PAY", "Expected a value after =, but found ="],
    ["project > PAY", "There is no >: compare with =, !=, IN, NOT IN, ~ or IS EMPTY"],
    ["project ! PAY", "After ! comes ="],
    [
      "label = q3 push",
      "if it belongs to the value before, put that into quotes (at character 12)",
    ],
    ["label = and", "to mean the word AND, put it into quotes"],
    ["label IN a", "Expected ( and a list of values, as (growth, retention), but found a"],
    ["label IN ()", "Expected a value after (, but found )"],
    ["label IN (a", "Expected , or ) in the list of values, but the filter ends here"],
    ["label NOT a", "Expected IN after NOT"],
    ["label IS full", "Expected EMPTY or NOT EMPTY after IS, but found full"],
    ['label = "a', 'The quote that opens here is never closed: add " (at character 9)'],
    ['label = " "', "The value is empty: write label IS EMPTY"],
    ["(label = a", "Expected AND, OR or a ) for the ( of character 1, but the filter ends here"],
    ["label = a)", "This ) closes nothing: remove it (at character 10)"],
    ["label = a AND", "Expected a field, as project or label, but the filter ends here"],
    ["field = a", 'Name the tool\'s field in brackets, as field["Investment"]'],
    ["field[] = a", 'Name the tool\'s field in brackets, as field["Investment"]'],
    ['"label" = a', 'a field of the tool is written field["label"]'],
    ["label = ‘a", "The quote that opens here is never closed: add ’ (at character 9)"],
    // Copied from a page or a chat, where nobody sees them.
    ["label\u200B = a", "An invisible character stands here: remove it (at character 6)"],
    ["label = a\u2060", "An invisible character stands here: remove it (at character 10)"],
    ["label = a\u202Eb", "An invisible character stands here"],
    ["label = a\u0000", "A control character stands here"],
    ["label = \ud800", "The text is damaged"],
    // The place is told in characters as people count them, not in halves of them.
    ["title ~ 😀😀 OR x = 1", "Unknown field `x`"],
  ])("%j is refused: %s", (text, message) => {
    expect(parseLinkFilter(text).ok).toBe(false);
    expect(read(text)).toContain(message);
  });

  test("tells the place in characters, whatever they are made of", () => {
    expect(parseLinkFilter("title ~ 😀😀 OR x = 1")).toMatchObject({ ok: false, at: 15 });
  });

  test("prints to a text that parses to the very same filter", () => {
    fc.assert(
      fc.property(anyFilter, (filter) => {
        const text = printLinkFilter(filter);
        fc.pre(text.length <= 1000);
        const parsed = parseLinkFilter(text);
        expect(parsed).toEqual({ ok: true, filter });
      }),
      { numRuns: 1000 },
    );
  });

  const pieces = ["label", "=", "!=", "(", ")", ",", "[", "]", '"', "'", "~", "not", "in", "is"];
  const soup = fc
    .array(
      fc.oneof(
        fc.constantFrom(...pieces, "and", "or", "empty", "field", " ", "a", "\\"),
        fc.string(),
      ),
      { maxLength: 60 },
    )
    .map((parts) => parts.join(" "));

  test("of any text is read or refused with a place in it, and never throws", () => {
    const anyText = fc.oneof(soup, fc.string({ unit: "binary", maxLength: 1200 }));
    fc.assert(
      fc.property(anyText, (text) => {
        expect(isSound(text)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test("is bounded in length and depth", () => {
    expect(read(`label = ${"a".repeat(992)}`)).toContain("label = aaa");
    expect(read(`label = ${"a".repeat(993)}`)).toContain("at most 1000 characters, this one 1001");
    const nested = (depth: number) => `${"(".repeat(depth)}label = a${")".repeat(depth)}`;
    expect(read(nested(32))).toBe("label = a");
    expect(read(nested(33))).toContain("Nested deeper than 32");
    expect(read(`${"NOT ".repeat(33)}label = a`)).toContain("Nested deeper than 32");
    expect(read("(".repeat(1000))).toContain("Nested deeper than 32");
  });
});
