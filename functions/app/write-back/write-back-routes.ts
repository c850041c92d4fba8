import * as z from "zod";

import { ConnectionId } from "#shared/model/ids.ts";
import { WriteBackId } from "#shared/model/write-back.ts";

import type { AppContext } from "../app-deps.ts";
import { defineRoute } from "../http/route.ts";
import type { Route } from "../http/route.ts";
import {
  ItemUndo,
  Said,
  applyWriteBack,
  discardWriteBack,
  retryWriteBack,
  undoItem,
  undoWriteBack,
} from "./change-write-back.ts";
import { NewPreview, startPreview } from "./preview.ts";
import { readOverview, readWriteBack } from "./read-write-backs.ts";
import { WriteBackDetail, WriteBackOverview } from "./write-back-answers.ts";

const topic = "Write-back";
const params = z.strictObject({ id: WriteBackId });
const refusals = ["entity.not-found", "entity.conflict"] as const;

/** Lines of sight written into the tools: previewed, applied, taken back. */
export function writeBackRoutes(context: AppContext): readonly Route[] {
  const detail = (id: WriteBackId) => readWriteBack(context, id);
  return [
    defineRoute({
      method: "get",
      path: "/api/write-backs",
      topic,
      summary: "Whether a connection writes back, what of ours stands in its tool, and its batches",
      query: z.strictObject({ connection: ConnectionId }),
      answer: WriteBackOverview,
      refusals: ["entity.not-found", "connector.misconfigured"],
      run: ({ query }) => readOverview(context, query.connection),
    }),
    defineRoute({
      method: "post",
      path: "/api/write-backs",
      topic,
      summary: "Preview what would be written; nothing is",
      body: NewPreview,
      status: 202,
      answer: WriteBackDetail,
      refusals: [...refusals, "connector.misconfigured"],
      run: async ({ body }) => detail(await startPreview(context, body)),
    }),
    defineRoute({
      method: "get",
      path: "/api/write-backs/{id}",
      topic,
      summary: "One batch with its items: before, after, and what became of each",
      params,
      answer: WriteBackDetail,
      refusals: ["entity.not-found"],
      run: ({ params }) => detail(params.id),
    }),
    ...verbRoutes(context),
    defineRoute({
      method: "delete",
      path: "/api/write-backs/{id}",
      topic,
      summary: "Discard a preview that was never applied",
      params,
      answer: z.strictObject({ id: z.string() }),
      refusals,
      run: async ({ params }) => {
        await discardWriteBack(context, params.id);
        return { id: params.id };
      },
    }),
  ];
}

function verbRoutes(context: AppContext): readonly Route[] {
  const detail = (id: WriteBackId) => readWriteBack(context, id);
  const base = { topic, params, status: 202, answer: WriteBackDetail, refusals } as const;
  return [
    defineRoute({
      ...base,
      method: "post",
      path: "/api/write-backs/{id}/apply",
      summary: "Write what the preview showed, where nothing has changed since",
      body: Said,
      run: async ({ params, body }) => {
        await applyWriteBack(context, params.id, body);
        return detail(params.id);
      },
    }),
    defineRoute({
      ...base,
      method: "post",
      path: "/api/write-backs/{id}/undo",
      summary: "Put back what stood there before, where ours still stands",
      body: Said,
      run: async ({ params, body }) => {
        await undoWriteBack(context, params.id, body);
        return detail(params.id);
      },
    }),
    defineRoute({
      ...base,
      method: "post",
      path: "/api/write-backs/{id}/undo-item",
      summary: "Put back what stood there before, for one item",
      body: ItemUndo,
      run: async ({ params, body }) => {
        await undoItem(context, params.id, body);
        return detail(params.id);
      },
    }),
    defineRoute({
      ...base,
      method: "post",
      path: "/api/write-backs/{id}/retry",
      summary: "Go on with what failed",
      run: async ({ params }) => {
        await retryWriteBack(context, params.id);
        return detail(params.id);
      },
    }),
  ];
}
