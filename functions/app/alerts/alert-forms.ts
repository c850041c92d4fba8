import type { Context, Hono } from "hono";
import type * as z from "zod";

import type { AlertVerb } from "#shared/kit/alert-verbs.ts";
import { AlertId } from "#shared/model/ids.ts";
import { hourMs, instantOf } from "#shared/model/time.ts";

import type { AppContext } from "../app-deps.ts";
import { parseInput } from "../http/route.ts";
import { backPath, readForm, withNotice } from "../page/page-input.ts";
import {
  Acknowledgement,
  ContestAnswering,
  Contesting,
  Snooze,
  changeAlert,
} from "./change-alert.ts";

interface Said {
  readonly by?: string | undefined;
  readonly note?: string | undefined;
}

interface Form<Body extends z.ZodType<Said>> {
  readonly path: string;
  /** The notice that is shown when it is done. */
  readonly did: string;
  readonly body: Body;
  readonly asks: (body: z.output<Body>) => AlertVerb;
}

/** The forms by which somebody handles one alert. */
export function serveAlertForms(app: Hono, context: AppContext): void {
  const form = <Body extends z.ZodType<Said>>({ path, did, body, asks }: Form<Body>) =>
    app.post(`/alerts/:id{.+}/${path}`, async (c) => {
      const { back, hours, ...fields } = await readForm(c);
      const until = hours === undefined ? {} : { until: hoursAhead(context, hours) };
      const said = parseInput(body, { ...fields, ...until }, "");
      await changeAlert(context, idOf(c), asks(said), said);
      return c.redirect(withNotice(backPath(back, "/"), did), 303);
    });
  form({
    path: "acknowledge",
    did: "acknowledged",
    body: Acknowledgement,
    asks: () => ({ verb: "acknowledge" }),
  });
  form({
    path: "snooze",
    did: "snoozed",
    body: Snooze,
    asks: ({ until }) => ({ verb: "snooze-until", until }),
  });
  form({
    path: "snooze-until-change",
    did: "snoozed-until-change",
    body: Acknowledgement,
    asks: () => ({ verb: "snooze-until-change" }),
  });
  form({
    path: "unsnooze",
    did: "woken",
    body: Acknowledgement,
    asks: () => ({ verb: "unsnooze" }),
  });
  form({
    path: "contest",
    did: "contested",
    body: Contesting,
    asks: ({ reason }) => ({ verb: "contest", reason }),
  });
  form({
    path: "answer-contest",
    did: "contest-answered",
    body: ContestAnswering,
    asks: ({ decision }) => ({ verb: "answer-contest", decision }),
  });
}

function hoursAhead({ clock }: AppContext, hours: string) {
  return instantOf(clock.nowMs() + (Number(hours) || 0) * hourMs);
}

export function idOf(c: Context): AlertId {
  return parseInput(AlertId, c.req.param("id"), "id");
}
