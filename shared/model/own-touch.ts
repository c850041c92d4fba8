import * as z from "zod";

import { WorkItemId } from "./ids.ts";
import { Instant } from "./time.ts";

/** The latest touches that are remembered of one item. */
export const ownTouchesMax = 6;

/**
 * When the hub wrote a comment on an item, as spans in which its tool may have noted that. The item's version
 * moves by it where the tool counts comments (Jira), and that is no sign of life.
 */
export const OwnTouches = z.strictObject({
  type: z.literal("own-touches"),
  itemId: WorkItemId,
  touches: z.array(z.strictObject({ from: Instant, to: Instant })).max(ownTouchesMax),
  revision: z.int().nonnegative(),
});
export type OwnTouches = z.infer<typeof OwnTouches>;
