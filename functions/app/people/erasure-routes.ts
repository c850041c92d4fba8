import * as z from "zod";

import { PersonId } from "#shared/model/ids.ts";
import { listErasures } from "#shared/store/erasure-list.ts";

import type { AppContext } from "../app-deps.ts";
import { defineRoute } from "../http/route.ts";
import type { Route } from "../http/route.ts";
import { eraseOnRequest, liftErasure } from "./erase.ts";

const topic = "Erasure";
const count = z.int().nonnegative();

const ReceiptAnswer = z
  .strictObject({
    at: z.string(),
    removed: count.meta({ description: "Items that were theirs" }),
    redacted: count.meta({ description: "Items that named them, and go on without" }),
    left: count.meta({
      description: "Items that an admin must change: a connection that signs in as them",
    }),
  })
  .meta({ id: "ErasureReceipt" });

export const LiftChange = z.strictObject({
  identifier: z.string().trim().min(1).max(400).meta({
    description: "A work address, or the id of a record or account",
  }),
});

/** Erasing people on request, what that came to, and letting somebody back in. */
export function erasureRoutes(context: AppContext): readonly Route[] {
  return [
    defineRoute({
      method: "post",
      path: "/api/people/{personId}/erasure",
      topic,
      summary: "Erase a person: records, accounts, mentions. It cannot be undone",
      params: z.strictObject({ personId: PersonId }),
      status: 202,
      answer: z.strictObject({ personId: z.string(), state: z.literal("under-way") }),
      refusals: ["entity.not-found"],
      run: async ({ params }) => ({
        personId: await eraseOnRequest(context, params.personId),
        state: "under-way" as const,
      }),
    }),
    defineRoute({
      method: "get",
      path: "/api/erasures",
      topic,
      summary: "What erasures came to, in counts, the latest first; nothing of whom",
      answer: z.strictObject({ underWay: count, receipts: z.array(ReceiptAnswer) }),
      run: async () => {
        const { underWay, receipts } = await listErasures(context.table);
        const told = receipts.map(({ at, removed, redacted, left }) => ({
          at,
          removed,
          redacted,
          left,
        }));
        return { underWay, receipts: told };
      },
    }),
    defineRoute({
      method: "post",
      path: "/api/erasures/lift",
      topic,
      summary: "Let somebody back in by an address or id: a rehire, a mistake",
      body: LiftChange,
      answer: z.strictObject({
        lifted: z.boolean().meta({ description: "False when nobody of it was erased" }),
      }),
      run: async ({ body }) => ({ lifted: await liftErasure(context, body.identifier) }),
    }),
  ];
}
