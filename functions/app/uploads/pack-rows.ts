import { rowsPerPart } from "#shared/kit/uploaded-files.ts";

/** An item may have 400 KB; what stands beside the rows and longer encodings need room too. */
const partBytesMax = 200_000;

/** Rows in the order given, in lists that fit into a record each. */
export function packRows<T>(rows: readonly T[]): readonly (readonly T[])[] {
  const parts: T[][] = [];
  let part: T[] = [];
  let bytes = 0;
  for (const row of rows) {
    const size = Buffer.byteLength(JSON.stringify(row));
    if (part.length > 0 && (part.length >= rowsPerPart || bytes + size > partBytesMax)) {
      parts.push(part);
      part = [];
      bytes = 0;
    }
    part.push(row);
    bytes += size;
  }
  if (part.length > 0) parts.push(part);
  return parts;
}

/** Runs some at a time: a file has hundreds of parts, and each is a request. */
export async function inTurns<T>(
  things: readonly T[],
  run: (thing: T) => Promise<unknown>,
  atOnce = 8,
): Promise<void> {
  for (let start = 0; start < things.length; start += atOnce) {
    await Promise.all(things.slice(start, start + atOnce).map(run));
  }
}
