import { expect, test } from "vitest";

import { pull } from "#functions/pull/pull.ts";
import { sweep } from "#functions/sweep/sweep.ts";
import { minuteMs } from "#shared/model/time.ts";
import { rules } from "#shared/rules/index.ts";

import { ToolHub } from "./tool-hub.ts";

test("a poll that came to no end keeps the time since when it is sent", async () => {
  const rig = await ToolHub.connected();
  await pull(rig.deps, rig.pullThings);
  rig.hub.clock.advance(60 * minuteMs);
  const sentSince = rig.hub.clock.now();
  await sweep({ ...rig.deps, rules });
  rig.hub.clock.advance(5 * minuteMs);
  await sweep({ ...rig.deps, rules });
  expect(await rig.cursor()).toMatchObject({ sentSince });
  await pull(rig.deps, rig.pullThings);
  expect((await rig.cursor())?.sentSince).toBeUndefined();
});
