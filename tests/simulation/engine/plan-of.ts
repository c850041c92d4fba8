import { minuteMs } from "#shared/model/time.ts";

import type { Plan, PlanConfig } from "./plan.ts";
import { fewSteps } from "./planning/few-steps.ts";
import { manySteps } from "./planning/many-steps.ts";
import type { Random } from "./random.ts";
import { between, pick, streamOf } from "./random.ts";

/**
 * What a company does and suffers under this seed. Pure. Most plans are small, with a few troubles of few
 * kinds: nearly all that can go wrong goes wrong there already, and four of them cost what a large one does.
 */
export function planOf(seed: number): Plan {
  const random = streamOf(seed, "plan");
  const isSmall = random() < smallShare;
  const config = { ...configOf(random), ...startOf(random, seed, isSmall) };
  return { seed, config, steps: isSmall ? fewSteps(random, config) : manySteps(random) };
}

const smallShare = 0.88;
const readShare = 0.75;
/** Companies that the hub has read before: so many of each size. */
const readCompanies = 4;

/** Most begin with a hub that has read everything: what befalls the first reading, the others see. */
function startOf(
  random: Random,
  seed: number,
  isSmall: boolean,
): Pick<PlanConfig, "company" | "isRead"> {
  if (random() >= readShare) return { company: { number: seed, isSmall } };
  return { company: { number: between(random, 1, readCompanies), isSmall }, isRead: true };
}

function configOf(random: Random): PlanConfig {
  const hasWebhooks = random() < 0.7;
  const isSkewed = random() < 0.3;
  const skew = () => (isSkewed ? between(random, -10, 10) * minuteMs : 0);
  return {
    hasWebhooks,
    dropped: random() < 0.6 ? random() * 0.5 : 0,
    duplicated: random() < 0.6 ? random() * 0.4 : 0,
    delayed: random() < 0.6 ? random() * 0.6 : 0,
    busDuplicated: random() < 0.6 ? random() * 0.5 : 0,
    shards: pick(random, [1, 1, 1, 1, 2, 3]) ?? 1,
    isEager: random() < 0.25,
    pageSize: between(random, 2, 5),
    indexLagMs: random() < 0.5 ? between(random, 60, 480) * 1000 : 0,
    skewMs: { tracker: skew(), board: skew(), people: skew() },
    granularityMs: !isSkewed && random() < 0.25 ? minuteMs : 1,
    graceMinutes: pick(random, [0, 0, 20]) ?? 0,
  };
}
