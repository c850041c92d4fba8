import type { Act, Plan, PlanConfig, Step } from "../plan.ts";
import { calm } from "../regressions/calm.ts";

/** What is no fault, as whether there are webhooks and when the stream is read, stays as it is. */
const { hasWebhooks: _hasWebhooks, isEager: _isEager, ...faultless } = calm;

/** All faults of the whole run off, then one by one; what is off already is not among them. */
export function simplerConfigs(config: PlanConfig): readonly PlanConfig[] {
  const { skewMs } = config;
  const each: readonly Partial<PlanConfig>[] = [
    faultless,
    ...Object.entries(faultless).map(([name, value]) => ({ [name]: value })),
    { skewMs: { ...skewMs, tracker: 0 } },
    { skewMs: { ...skewMs, board: 0 } },
    { skewMs: { ...skewMs, people: 0 } },
  ];
  const now = JSON.stringify(config);
  return each
    .map((part) => ({ ...config, ...part }))
    .filter((candidate) => JSON.stringify(candidate) !== now);
}

/** Plans with one step that is simpler than it was; the simplest first. */
export function simplerSteps(plan: Plan, at: number): readonly Plan[] {
  const step = plan.steps[at];
  if (!step) return [];
  const { act, afterMinutes } = step;
  const sooner = [0, 1].filter((minutes) => minutes < afterMinutes);
  const candidates: readonly Step[] = [
    ...simplerActs(act).map((simpler) => ({ ...step, act: simpler })),
    ...sooner.map((minutes) => ({ ...step, afterMinutes: minutes })),
  ];
  return [
    ...withoutItsAct(plan, at),
    ...candidates.map((simpler) => ({ ...plan, steps: plan.steps.with(at, simpler) })),
  ];
}

/** Only the time that passed before it may have mattered. */
function withoutItsAct(plan: Plan, at: number): readonly Plan[] {
  const [step, next] = [plan.steps[at], plan.steps[at + 1]];
  if (!step || !next || step.afterMinutes === 0) return [];
  const later = { ...next, afterMinutes: step.afterMinutes + next.afterMinutes };
  return [{ ...plan, steps: plan.steps.toSpliced(at, 2, later) }];
}

/** No rest is shorter: what was left alone must have had the time to become right. */
const restMinutesMin = 100;

/** Each is simpler than the act, so that taking one after the other comes to an end. */
function simplerActs(act: Act): readonly Act[] {
  switch (act.kind) {
    case "overtake":
      return [{ kind: "edit", tool: act.tool, edit: act.edit }];
    case "meanwhile":
      return [
        { kind: "edit", tool: act.tool, edit: act.edit },
        ...below(act.at).map((at) => ({ ...act, at })),
      ];
    case "api":
      return [
        ...below(act.times).map((times) => ({ ...act, times })),
        ...(act.skip > 0 ? [{ ...act, skip: 0 }] : []),
      ];
    case "mishap":
      return [
        ...below(act.times).map((times) => ({ ...act, times })),
        ...below(act.at).map((at) => ({ ...act, at })),
      ];
    case "half-batch":
    case "channel-retry":
      return below(act.times).map((times) => ({ ...act, times }));
    case "hot-key":
      return below(act.minutes).map((minutes) => ({ ...act, minutes }));
    case "redeliver":
      return below(act.count).map((count) => ({ ...act, count }));
    case "rest":
      return act.minutes > restMinutesMin ? [{ ...act, minutes: restMinutesMin }] : [];
    default:
      return [];
  }
}

/** One, or at least half as much. */
function below(count: number): readonly number[] {
  return [...new Set([1, count >> 1])].filter((less) => less > 0 && less < count);
}
