import type { Connection } from "#shared/model/connection.ts";
import type { Grant } from "#shared/model/grant.ts";
import { dayMs, epochMsOf } from "#shared/model/time.ts";

import type { BudgetAnswer, ConnectionAnswer } from "./connection-answers.ts";

/** From so many days before a credential ends, its connection says so. */
const warningDays = 30;

interface AccessParts {
  readonly connection: Connection;
  readonly grant: Grant | undefined;
  readonly budget: BudgetAnswer | undefined;
}

/** What a connection proves itself with, what it rests on, and what the source allows it. */
export function describeAccess(
  { connection, grant, budget }: AccessParts,
  nowMs: number,
): Pick<ConnectionAnswer, "credential" | "consent" | "budget"> {
  const { credential, siteId } = connection;
  return {
    ...(credential && { credential: describeCredential(credential, nowMs) }),
    ...(grant &&
      siteId !== undefined && {
        consent: {
          grantId: grant.id,
          siteId,
          status: grant.status,
          scopes: grant.sites.find(({ id }) => id === siteId)?.scopes ?? grant.scopes,
        },
      }),
    ...(budget && { budget }),
  };
}

function describeCredential(
  { kind, setAt, expiresAt }: NonNullable<Connection["credential"]>,
  nowMs: number,
): NonNullable<ConnectionAnswer["credential"]> {
  const ageDays = Math.max(0, Math.floor((nowMs - epochMsOf(setAt)) / dayMs));
  if (expiresAt === undefined) return { kind, setAt, ageDays, warns: false };
  const daysLeft = Math.floor((epochMsOf(expiresAt) - nowMs) / dayMs);
  return { kind, setAt, ageDays, expiresAt, daysLeft, warns: daysLeft < warningDays };
}
