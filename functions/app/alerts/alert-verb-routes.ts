import * as z from "zod";

import type { AlertVerb } from "#shared/kit/alert-verbs.ts";
import { AlertId } from "#shared/model/ids.ts";

import type { AppContext } from "../app-deps.ts";
import { defineRoute } from "../http/route.ts";
import type { Route } from "../http/route.ts";
import { AlertDetail } from "./alert-answers.ts";
import {
  Acknowledgement,
  ContestAnswering,
  Contesting,
  Snooze,
  changeAlert,
} from "./change-alert.ts";
import { readAlert } from "./read-alert.ts";

interface Verb<Body extends z.ZodType> {
  readonly path: string;
  readonly summary: string;
  readonly body: Body;
  readonly asks: (body: z.output<Body>) => AlertVerb;
}

/** What people do with one alert. */
export function alertVerbRoutes(context: AppContext): readonly Route[] {
  const verb = <Body extends z.ZodType<{ by?: string | undefined; note?: string | undefined }>>({
    path,
    summary,
    body,
    asks,
  }: Verb<Body>) =>
    defineRoute({
      method: "post",
      topic: "Alerts",
      path: `/api/alerts/{id}/${path}`,
      summary,
      params: z.strictObject({ id: AlertId }),
      body,
      answer: AlertDetail,
      refusals: ["entity.not-found", "entity.conflict"],
      run: async ({ params, body }) => {
        await changeAlert(context, params.id, asks(body), body);
        return readAlert(context, params.id);
      },
    });
  return [
    verb({
      path: "acknowledge",
      summary: "Somebody has seen it and takes care",
      body: Acknowledgement,
      asks: () => ({ verb: "acknowledge" }),
    }),
    verb({
      path: "snooze",
      summary: "Quiet until a moment in the future",
      body: Snooze,
      asks: ({ until }) => ({ verb: "snooze-until", until }),
    }),
    verb({
      path: "snooze-until-change",
      summary: "Quiet until it says something else than now, for 90 days at most",
      body: Acknowledgement,
      asks: () => ({ verb: "snooze-until-change" }),
    }),
    verb({
      path: "unsnooze",
      summary: "End the snooze now",
      body: Acknowledgement,
      asks: () => ({ verb: "unsnooze" }),
    }),
    verb({
      path: "contest",
      summary: "Say that it is wrong or of no use; goes to the rule's owner, without a name",
      body: Contesting,
      asks: ({ reason }) => ({ verb: "contest", reason }),
    }),
    verb({
      path: "answer-contest",
      summary: "Answer a contest, as the rule's owner",
      body: ContestAnswering,
      asks: ({ decision }) => ({ verb: "answer-contest", decision }),
    }),
  ];
}
