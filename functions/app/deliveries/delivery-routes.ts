import * as z from "zod";

import { DispatchId } from "#shared/model/notification.ts";

import type { AppContext } from "../app-deps.ts";
import { next } from "../http/paging.ts";
import { defineRoute } from "../http/route.ts";
import type { Route } from "../http/route.ts";
import {
  DeliveriesQuery,
  DeliveryAnswer,
  listDeliveries,
  readDelivery,
} from "./list-deliveries.ts";

const topic = "Deliveries";

/** The delivery log: what was sent to whom, with every attempt. */
export function deliveryRoutes(context: AppContext): readonly Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/api/deliveries",
      topic,
      summary: "What was sent to whom, newest first, with its latest attempts",
      query: DeliveriesQuery,
      answer: z.strictObject({ total: z.int(), deliveries: z.array(DeliveryAnswer), next }),
      run: ({ query }) => listDeliveries(context, query),
    }),
    defineRoute({
      method: "get",
      path: "/api/deliveries/{id}",
      topic,
      summary: "One delivery",
      params: z.strictObject({ id: DispatchId }),
      answer: DeliveryAnswer,
      refusals: ["entity.not-found"],
      run: ({ params: { id } }) => readDelivery(context, id),
    }),
  ];
}
