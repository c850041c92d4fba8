import type { FactId, FactType } from "./ids.ts";
import type { Instant } from "./time.ts";

/**
 * What the store tells of a fact without reading it: enough to say which collection and which part of it
 * the fact belongs to, and under what it hangs. Every fact is one.
 */
export interface HeldFact {
  readonly id: FactId;
  readonly type: FactType;
  readonly kind?: string | undefined;
  readonly container?: string | undefined;
  readonly createdAt?: Instant | undefined;
  readonly parentId?: FactId | undefined;
  readonly otherParentIds?: readonly FactId[] | undefined;
}
