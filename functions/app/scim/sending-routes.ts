import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import { ConnectionId } from "#shared/model/ids.ts";

import type { AppContext } from "../app-deps.ts";
import { loadConnection } from "../connections/load-connection.ts";
import { defineRoute } from "../http/route.ts";
import type { Route } from "../http/route.ts";
import { NewToken, SendingAnswer, makeToken, readSending, revokeToken } from "./sending.ts";

const topic = "Sources that send";
const params = z.strictObject({ id: ConnectionId });

/** Where a source sends to, and the tokens by which it proves itself. */
export function sendingRoutes(context: AppContext): readonly Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/api/connections/{id}/sending",
      topic,
      summary: "Where the source sends to, its tokens, and how much is kept of what it sent",
      params,
      answer: SendingAnswer,
      refusals: ["entity.not-found"],
      run: async ({ params }) => {
        const sending = await readSending(context, await loadConnection(context, params.id));
        if (sending) return sending;
        throw new HubError("entity.not-found", "This source is asked, and sends nothing");
      },
    }),
    defineRoute({
      method: "post",
      path: "/api/connections/{id}/sending/tokens",
      topic,
      summary: "Make a token; those that there are stay valid",
      params,
      status: 201,
      answer: NewToken,
      refusals: ["entity.not-found", "entity.conflict", "input.invalid"],
      run: async ({ params }) => makeToken(context, await loadConnection(context, params.id)),
    }),
    defineRoute({
      method: "delete",
      path: "/api/connections/{id}/sending/tokens/{tokenId}",
      topic,
      summary: "Revoke a token; it opens nothing from the next request on",
      params: z.strictObject({ id: ConnectionId, tokenId: z.string().max(40) }),
      answer: z.strictObject({ revoked: z.literal(true) }),
      refusals: ["entity.not-found", "input.invalid"],
      run: async ({ params }) => {
        await revokeToken(context, await loadConnection(context, params.id), params.tokenId);
        return { revoked: true as const };
      },
    }),
  ];
}
