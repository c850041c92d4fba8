import type { Ref } from "./field-selection.ts";

/** A list that is paged through without being made: only the page that is asked for is. */
export interface RefList {
  readonly length: number;
  /** May be shorter than asked for, where objects have left their places. */
  slice(start: number, end: number): readonly Ref[];
  /** Where an object stands; undefined for none of the list. */
  placeOf(gid: string): number | undefined;
}

export function refList(items: readonly Ref[]): RefList {
  return {
    length: items.length,
    slice: (start, end) => items.slice(start, end),
    placeOf: (gid) => {
      const place = items.findIndex((ref) => ref.gid === gid);
      return place === -1 ? undefined : place;
    },
  };
}
