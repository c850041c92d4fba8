import * as z from "zod";

import type { Upsert } from "#shared/model/change.ts";
import { shortText } from "#shared/model/facts.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import { factId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";
import { epochMsOf } from "#shared/model/time.ts";

import type { WireUser } from "./wire.ts";

/**
 * A user as an account. Jira gives users no time of change, so the reading is the version. Customers
 * of a help desk hold no work and are left out.
 */
export function normalizeUser(
  connectionId: ConnectionId,
  user: WireUser,
  readAt: Instant,
): Upsert | undefined {
  if (user.accountType === "customer") return undefined;
  const email = z.email().toLowerCase().safeParse(user.emailAddress);
  return {
    kind: "upserted",
    record: {
      type: "account",
      id: factId("account", "jira", connectionId, user.accountId),
      connectionId,
      sourceVersion: epochMsOf(readAt),
      readAt,
      displayName: shortText(user.displayName) ?? user.accountId.slice(0, 120),
      ...(email.success && { workEmail: email.data }),
      kind: user.accountType === "app" ? "app" : "human",
      isActive: user.active,
    },
    edges: [],
  };
}
