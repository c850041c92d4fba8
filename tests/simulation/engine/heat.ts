import { minuteMs } from "#shared/model/time.ts";
import { scanAll } from "#shared/store/list.ts";

import type { Partition } from "./host/hot-keys.ts";
import { partitionsOf } from "./host/hot-keys.ts";
import type { Act } from "./plan.ts";
import type { Random } from "./random.ts";
import { streamOf } from "./random.ts";
import type { Run } from "./run.ts";

/** One of the fullest partitions, or the one that is written next, is too hot for some minutes. */
export async function heat(
  run: Run,
  id: string,
  { of, minutes, share }: Act & { readonly kind: "hot-key" },
): Promise<void> {
  const { clock, host, met, plan } = run;
  const random = streamOf(plan.seed, `hot ${id}`);
  host.hotKeys.begin({
    // Where there is none yet, as before a first reading, the one that is written next.
    partition: of === "written next" ? undefined : await fullest(run, of, random),
    untilMs: clock.nowMs() + minutes * minuteMs,
    share,
    random,
    onMet: (use) => met.add(`hot key ${use}`),
  });
}

/** By chance, the fuller the likelier: a partition with twice the items four times. */
async function fullest(
  { host }: Run,
  of: Partition["of"],
  random: Random,
): Promise<Partition | undefined> {
  const sizes = [...partitionsOf(await scanAll(host.table), of)];
  const weights = sizes.map(([, size]) => size ** 2);
  let left = random() * weights.reduce((sum, weight) => sum + weight, 0);
  const at = weights.findIndex((weight) => (left -= weight) < 0);
  const key = sizes[at]?.[0];
  return key === undefined ? undefined : { of, key };
}
