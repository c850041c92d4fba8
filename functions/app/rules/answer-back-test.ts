import type { AskedTime, BackTestResult } from "#shared/kit/back-test/look-back.ts";
import type { RaisedSummary } from "#shared/kit/back-test/summarize.ts";
import type { RuleName } from "#shared/model/ids.ts";

import type { AppContext } from "../app-deps.ts";
import type { BackTestAnswer } from "./back-test-answers.ts";
import { linesOfTeams } from "./back-test-teams.ts";
import { headlineOf } from "./back-test-words.ts";

/** What a back-test found, as it is told: with names of today, and small teams together. */
export async function answerOf(
  context: AppContext,
  given: {
    readonly rule: RuleName;
    readonly result: BackTestResult;
    readonly time: AskedTime;
    readonly tookMs: number;
  },
): Promise<BackTestAnswer> {
  const { rule, result, time, tookMs } = given;
  const org = await context.orgReader.read();
  const byTeam = [...linesOfTeams(result, org)];
  const { from, to, wanted, now, compared, notCompared } = result;
  const held = new Set<string>(time.parts.records.flatMap(({ fact }) => fact?.id ?? []));
  return {
    rule,
    from,
    to,
    headline: headlineOf({ from, to, isCut: to < time.to, wanted, byTeam }),
    wanted: numbersOf(wanted),
    byTeam,
    byRule: linesOfRules(context, wanted),
    sample: wanted.sample.map(({ teamIds, ...one }) => ({
      ...one,
      isHeld: one.subjectId.split("=>").every((id) => held.has(id)),
      teams: teamIds.flatMap((id) => org.unit(id)?.name ?? []),
    })),
    ...(now && { today: numbersOf(now) }),
    ...(compared && {
      compared: {
        both: compared.both,
        onlyToday: compared.onlyNow,
        onlyWanted: compared.onlyWanted,
      },
    }),
    ...(notCompared !== undefined && { notCompared }),
    notKnown: [...result.notKnown],
    tookMs,
  };
}

/** Most first. */
function linesOfRules({ rules }: AppContext, { byRule }: RaisedSummary): BackTestAnswer["byRule"] {
  const titleOf = (name: RuleName) => rules.find((rule) => rule.name === name)?.title ?? name;
  return [...byRule]
    .map(([rule, raised]) => ({ rule, title: titleOf(rule), raised }))
    .toSorted((a, b) => b.raised - a.raised || a.title.localeCompare(b.title, "en"));
}

function numbersOf({
  byTeam: _team,
  byRule: _rule,
  sample: _sample,
  byWeek,
  ...numbers
}: RaisedSummary) {
  return { ...numbers, byWeek: [...byWeek] };
}
