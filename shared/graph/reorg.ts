import type { ReorgCase } from "./reorg-case.ts";
import { dependencyChanges } from "./reorg-dependencies.ts";
import type { DependencyChange } from "./reorg-dependencies.ts";
import { goalChanges } from "./reorg-goals.ts";
import type { GoalChange } from "./reorg-goals.ts";
import { workOfLeavers } from "./reorg-leavers.ts";
import type { WorkOfLeavers } from "./reorg-leavers.ts";
import { movesBetween } from "./reorg-moves.ts";
import type { Moves } from "./reorg-moves.ts";
import { signalChanges } from "./reorg-signals.ts";
import type { SignalChange } from "./reorg-signals.ts";

/** What another organisation would do to goals, dependencies, alerts and open work. */
export interface ReorgReport {
  readonly goals: readonly GoalChange[];
  readonly dependencies: readonly DependencyChange[];
  readonly signals: readonly SignalChange[];
  readonly leavers: readonly WorkOfLeavers[];
  readonly moves: Moves;
}

/** Pure: nothing is changed, and nobody is told. Of today's own organisation there is nothing to say. */
export function previewReorg(reorg: ReorgCase): ReorgReport {
  return {
    goals: goalChanges(reorg),
    dependencies: dependencyChanges(reorg),
    signals: signalChanges(reorg),
    leavers: workOfLeavers(reorg),
    moves: movesBetween(reorg.today, reorg.other),
  };
}

export function isEmptyReport({
  goals,
  dependencies,
  signals,
  leavers,
  moves,
}: ReorgReport): boolean {
  const { byUnit, changeUnit, join, leave } = moves;
  const lists: readonly (readonly unknown[])[] = [goals, dependencies, signals, leavers, byUnit];
  return (
    lists.every((list) => list.length === 0) && [changeUnit, join, leave].every((n) => n === 0)
  );
}
