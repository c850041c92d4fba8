import type { AsanaSimulator } from "#connectors/asana/simulator/start-asana-simulator.ts";
import type { BambooSimulator } from "#connectors/bamboohr/simulator/start-bamboohr-simulator.ts";
import type { JiraSimulator } from "#connectors/jira/simulator/server.ts";
import { minuteMs } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";

import type { Company } from "./company.ts";
import { Dice } from "./dice.ts";
import { lifeInAsana } from "./life-in-asana.ts";
import { lifeInHr } from "./life-in-hr.ts";
import { lifeInJira } from "./life-in-jira.ts";

export interface LifeParts {
  readonly company: Company;
  readonly jira: JiraSimulator;
  readonly asana: AsanaSimulator;
  readonly bamboo: BambooSimulator;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly seed: number;
  readonly pacePerMinute: number;
}

/** The company at work. */
export interface Life {
  /** One ordinary event, now. */
  step(): void;
  stop(): Promise<void>;
}

/** One kind of thing that happens, and how often compared with the others. */
export interface Habit {
  readonly weight: number;
  /** Does it once; false when there is nothing it could be done to. */
  readonly act: () => boolean;
}

/** Choices that find nothing to do are drawn again, so many times. */
const drawsMax = 10;

/** Lets the company live on: ordinary events at a pace, in an order that the seed decides. */
export function startLife(parts: LifeParts): Life {
  const dice = new Dice(parts.seed * 31 + 77);
  const habits = [
    ...lifeInJira(parts, dice),
    ...lifeInAsana(parts, dice),
    ...lifeInHr(parts, dice),
  ];
  const stopping = new AbortController();
  const step = (): void => {
    const choices = habits.map((habit) => [habit, habit.weight] as const);
    for (let draw = 0; draw < drawsMax; draw += 1) if (dice.weighted(choices).act()) return;
  };
  const running = parts.pacePerMinute > 0 ? live(parts, step, stopping.signal) : Promise.resolve();
  return {
    step,
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

async function live(
  { clock, logger, pacePerMinute }: LifeParts,
  step: () => void,
  signal: AbortSignal,
) {
  while (!signal.aborted) {
    try {
      await clock.sleep(minuteMs / pacePerMinute, signal);
      step();
    } catch (error) {
      if (signal.aborted) return;
      // A person may have changed the same thing by hand a moment ago; life goes on.
      logger.warn("sample.step-refused", { errorName: error instanceof Error ? error.name : "?" });
    }
  }
}
