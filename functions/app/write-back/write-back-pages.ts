import type { Hono } from "hono";

import { HubError } from "#shared/errors.ts";
import { isOpen } from "#shared/model/facts.ts";
import { ConnectionId } from "#shared/model/ids.ts";
import { WriteBackId } from "#shared/model/write-back.ts";

import type { AppContext } from "../app-deps.ts";
import { parseInput } from "../http/route.ts";
import { noticeOf, readForm, withNotice } from "../page/page-input.ts";
import { batchPage } from "./batch-page.ts";
import {
  ItemUndo,
  Said,
  applyWriteBack,
  discardWriteBack,
  loadWriteBack,
  retryWriteBack,
  undoItem,
  undoWriteBack,
} from "./change-write-back.ts";
import { overviewPage } from "./overview-page.ts";
import { NewPreview, startPreview } from "./preview.ts";
import { connectionName, readOverview, readWriteBack } from "./read-write-backs.ts";

type Form = Readonly<Record<string, string>>;

const verbs: Readonly<
  Record<string, (context: AppContext, id: WriteBackId, form: Form) => Promise<void>>
> = {
  apply: (context, id, form) => applyWriteBack(context, id, parseInput(Said, form, "")),
  undo: (context, id, form) => undoWriteBack(context, id, parseInput(Said, form, "")),
  retry: (context, id) => retryWriteBack(context, id),
  "undo-item": (context, id, form) => undoItem(context, id, parseInput(ItemUndo, form, "")),
};

/** The pages of the write-back, complete without a script. */
export function serveWriteBackPages(app: Hono, context: AppContext): void {
  app.get("/connections/:id/write-back", async (c) => {
    const id = parseInput(ConnectionId, c.req.param("id"), "id");
    const [overview, snapshot] = await Promise.all([
      readOverview(context, id),
      context.snapshots.read(),
    ]);
    const goals = [...snapshot.graph.goals()]
      .filter(isOpen)
      .map(({ id, title }) => ({ id, title }))
      .toSorted((a, b) => (a.title < b.title ? -1 : 1));
    return c.html(overviewPage({ overview, goals, notice: noticeOf(c) }));
  });

  app.post("/write-backs", async (c) => {
    const batchId = await startPreview(context, parseInput(NewPreview, await readForm(c), ""));
    return c.redirect(withNotice(`/write-backs/${batchId}`, "previewing"), 303);
  });

  app.get("/write-backs/:id", async (c) => {
    const id = parseInput(WriteBackId, c.req.param("id"), "id");
    const detail = await readWriteBack(context, id);
    const connection = await connectionName(context, detail.batch.connectionId);
    return c.html(batchPage({ detail, connection, notice: noticeOf(c) }));
  });

  app.post("/write-backs/:id/:verb", async (c) => {
    const id = parseInput(WriteBackId, c.req.param("id"), "id");
    const name = c.req.param("verb");
    const form = await readForm(c);
    if (name === "discard") {
      const { connectionId } = await loadWriteBack(context, id);
      await discardWriteBack(context, id);
      return c.redirect(withNotice(`/connections/${connectionId}/write-back`, "discarded"), 303);
    }
    const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
    if (!verb) throw new HubError("entity.not-found", "There is no such action");
    await verb(context, id, form);
    return c.redirect(withNotice(`/write-backs/${id}`, name), 303);
  });
}
