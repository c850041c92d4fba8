import { LineCounter, isMap, isNode, isSeq, parseDocument } from "yaml";

import { HubError } from "#shared/errors.ts";

import type { RawRow } from "./row.ts";

/** Aliases may repeat parts of a file, but not blow it up. */
const aliasCountMax = 100;

/**
 * The rows of a YAML file: a list of goals, or a map with the list under `goals`. Throws
 * `connector.misconfigured`, with line and column, for text that is not YAML.
 */
export function parseYaml(text: string): readonly RawRow[] {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const placeAt = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset);
    return `line ${line}, column ${col}`;
  };
  const [error] = document.errors;
  if (error)
    throw notYaml(`${placeAt(error.pos[0])}: ${error.code.toLowerCase().replaceAll("_", " ")}`);
  const contents: unknown = document.contents;
  const list: unknown = isMap(contents) ? contents.get("goals", true) : contents;
  if (!isSeq(list)) throw notYaml("there is no list of goals in it");
  return list.items.map((item): RawRow => {
    const placeOf = (path: readonly PropertyKey[]) => {
      const part = isMap(item) && path.length > 0 ? item.getIn(path, true) : item;
      const node = isNode(part) ? part : item;
      return isNode(node) ? placeAt(node.range?.[0] ?? 0) : "line 1";
    };
    return { values: valuesOf(item, document), placeOf };
  });
}

function valuesOf(item: unknown, document: ReturnType<typeof parseDocument>): unknown {
  try {
    return isNode(item) ? item.toJS(document, { maxAliasCount: aliasCountMax }) : item;
  } catch (error) {
    if (error instanceof ReferenceError) throw notYaml("too many or unknown aliases");
    throw error;
  }
}

function notYaml(why: string): HubError {
  return new HubError("connector.misconfigured", `The goals file cannot be read as YAML: ${why}`);
}
