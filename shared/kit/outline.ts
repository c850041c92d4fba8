import type { FactId } from "#shared/model/ids.ts";

/** What a list of a source tells of a record. */
export interface Outline {
  /** The record's version; 0 where the list does not say. */
  readonly version: number;
  /** All its parents in their order; moving it may leave its version as it was. */
  readonly parentIds?: readonly FactId[];
  /** What it waits for in its own tool, all of it; the waiting may begin and end without a new version. */
  readonly dependsOn?: readonly FactId[];
}
