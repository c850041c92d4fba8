import { Hono } from "hono";
import * as z from "zod";

import { readData, refs } from "./answers.ts";
import type { Api } from "./api.ts";
import { Ref } from "./field-selection.ts";

const Text = z.looseObject({ text: z.string().min(1) });

/** Comments of tasks. */
export function storyRoutes({ state, answers, perform }: Api): Hono {
  const app = new Hono();
  app.get("/tasks/:gid/stories", (c) => {
    const { gid } = state.get("task", c.req.param("gid"));
    const stories = state.list("story").filter((story) => story.task === gid);
    return answers.many(c, refs("story", stories));
  });
  app.post("/tasks/:gid/stories", async (c) => {
    const task = state.get("task", c.req.param("gid")).gid;
    const { text } = await readData(c, Text);
    const { gid } = perform({ kind: "addStory", task, text });
    return answers.one(c, new Ref("story", gid), 201);
  });
  app.put("/stories/:gid", async (c) => {
    const { gid } = state.get("story", c.req.param("gid"));
    const { text } = await readData(c, Text);
    perform({ kind: "editStory", gid, text });
    return answers.one(c, new Ref("story", gid));
  });
  return app;
}
