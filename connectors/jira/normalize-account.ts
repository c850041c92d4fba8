import * as z from "zod";

import type { Change, Rejected } from "#shared/model/change.ts";
import { shortText } from "#shared/model/facts.ts";
import type { AccountId, ConnectionId } from "#shared/model/ids.ts";
import { factId, readFactId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";
import { epochMsOf } from "#shared/model/time.ts";

import { WireUser } from "./wire.ts";

/** Whose record it is, if nothing else of it can be read. */
const Named = WireUser.pick({ accountId: true }).extend({ accountType: z.unknown().optional() });

/** The account that a user is; undefined where the record has no id, and for a customer. */
export function accountIdOf(connectionId: ConnectionId, record: unknown): AccountId | undefined {
  const named = Named.safeParse(record);
  if (!named.success || isCustomer(record)) return undefined;
  return factId("account", "jira", connectionId, named.data.accountId);
}

/** Customers of a help desk hold no work. */
function isCustomer(record: unknown): boolean {
  return Named.safeParse(record).data?.accountType === "customer";
}

/** Users as accounts, without customers. One that cannot be read is set aside, and the others go on. */
export function readUsers(
  connectionId: ConnectionId,
  records: readonly unknown[],
  readAt: Instant,
): { readonly changes: readonly Change[]; readonly rejected: readonly Rejected[] } {
  const changes: Change[] = [];
  const rejected: Rejected[] = [];
  for (const record of records) {
    const parsed = WireUser.safeParse(record);
    if (isCustomer(record)) continue;
    if (!parsed.success) rejected.push(rejectionOf(connectionId, record, parsed.error));
    else changes.push(accountOf(connectionId, parsed.data, readAt));
  }
  return { changes, rejected };
}

/** Jira gives users no time of change, so the reading is the version. */
function accountOf(connectionId: ConnectionId, user: WireUser, readAt: Instant): Change {
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

/** Says where and what, never the value. */
function rejectionOf(connectionId: ConnectionId, record: unknown, error: z.ZodError): Rejected {
  const [issue] = error.issues;
  const reason = `${issue?.path.map(String).join(".") ?? ""} ${issue?.code ?? ""}`.trim();
  const id = accountIdOf(connectionId, record);
  return {
    record: id === undefined ? "a user without id" : `user ${readFactId(id)?.nativeId}`,
    reason,
    ...(id !== undefined && { id }),
  };
}
