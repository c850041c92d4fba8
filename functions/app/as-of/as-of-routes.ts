import * as z from "zod";

import { WorkItemId } from "#shared/model/ids.ts";
import type { Signal } from "#shared/model/signal.ts";

import { SignalAnswer, describeSignal } from "../alerts/alert-answers.ts";
import { readNames } from "../alerts/read-names.ts";
import type { AppContext } from "../app-deps.ts";
import { next, pageOf, pageQuery } from "../http/paging.ts";
import { defineRoute } from "../http/route.ts";
import type { Route } from "../http/route.ts";
import {
  AsOfQuery,
  SightAsOfAnswer,
  VerdictsAsOfAnswer,
  readSightAsOf,
  readVerdictsAsOf,
} from "./as-of-answers.ts";
import { asOfField } from "./as-of-query.ts";
import { readPastSnapshot } from "./past-snapshot.ts";

const topic = "Past";

/** What the hub would have answered at a moment of the past. */
export function asOfRoutes(context: AppContext): readonly Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/api/work-items/{id}/line-of-sight",
      topic,
      summary: "The line of sight of a work item as of a moment",
      params: z.strictObject({ id: WorkItemId }),
      query: AsOfQuery,
      answer: SightAsOfAnswer,
      refusals: ["entity.not-found"],
      run: ({ params, query }) => readSightAsOf(context, params.id, query),
    }),
    defineRoute({
      method: "get",
      path: "/api/coverage/verdicts",
      topic,
      summary: "Counts of open work by verdict, and of open signals, as of a moment",
      query: AsOfQuery,
      answer: VerdictsAsOfAnswer,
      run: ({ query }) => readVerdictsAsOf(context, query),
    }),
    signalsRoute(context),
  ];
}

function signalsRoute(context: AppContext): Route {
  return defineRoute({
    method: "get",
    path: "/api/signals/open",
    topic,
    summary: "The signals that were open at a moment, by id, with the evidence that they show now",
    query: z.strictObject({ asOf: asOfField, rule: z.string().optional(), ...pageQuery }),
    answer: z.strictObject({
      asOf: z.string(),
      knownSince: z.string(),
      total: z.int(),
      notKnown: z.int().meta({
        description: "Further signals of which nobody knows whether they were open then",
      }),
      signals: z.array(SignalAnswer),
      next,
    }),
    run: async ({ query }) => {
      const [names, snapshot] = await Promise.all([
        readNames(context),
        readPastSnapshot(context, query.asOf),
      ]);
      const isAsked = ({ rule }: Signal) => query.rule === undefined || rule === query.rule;
      const fitting = snapshot.openSignals
        .filter(isAsked)
        .toSorted((a, b) => (a.id < b.id ? -1 : 1));
      const { page, next: following } = pageOf(fitting, ({ id }) => id, query);
      return {
        asOf: snapshot.asOf,
        knownSince: snapshot.knownSince,
        total: fitting.length,
        notKnown: snapshot.unknownSignals.filter(isAsked).length,
        signals: page.map((signal) => describeSignal(names, signal)),
        next: following,
      };
    },
  });
}
