import type { ConnectionId } from "#shared/model/ids.ts";
import { listGaps, listQuarantined } from "#shared/store/connection-parts.ts";
import { listConnections } from "#shared/store/connections.ts";

import type { AppContext } from "../app-deps.ts";
import type { AlertDetail } from "./alert-answers.ts";

/** What of one source the hub does not see. */
export interface UnseenAnswer {
  readonly connectionId: string;
  readonly name: string;
  readonly isRemoved: boolean;
  readonly problem?: string | undefined;
  /** Records that were not understood. */
  readonly quarantined: number;
  readonly gaps: readonly { readonly what: string; readonly why: string }[];
}

/** Of the sources that an alert rests on: what they hold back, did not let us read, or we did not understand. */
export async function readUnseen(
  { table }: AppContext,
  alert: AlertDetail,
): Promise<readonly UnseenAnswer[]> {
  const connections = new Map((await listConnections(table)).map((one) => [one.id, one]));
  const ids = [
    ...alert.sources.map(({ connectionId }) => connectionId),
    ...alert.connections.map(({ id }) => id),
  ];
  return Promise.all(
    [...new Set(ids)].map(async (id): Promise<UnseenAnswer> => {
      const connection = connections.get(id as ConnectionId);
      if (!connection) {
        const name = alert.sources.find(({ connectionId }) => connectionId === id)?.name;
        return {
          connectionId: id,
          name: name ?? "a removed connection",
          isRemoved: true,
          quarantined: 0,
          gaps: [],
        };
      }
      const [gaps, quarantined] = await Promise.all([
        listGaps(table, connection.id),
        listQuarantined(table, connection.id),
      ]);
      return {
        connectionId: id,
        name: connection.name,
        isRemoved: false,
        problem: connection.problem?.message,
        quarantined: quarantined.length,
        gaps: gaps.map(({ what, why }) => ({ what, why })),
      };
    }),
  );
}
