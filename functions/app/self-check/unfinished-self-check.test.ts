import { expect, test } from "vitest";

import { createDocument } from "#shared/store/documents.ts";
import { selfCheckSpec, wantedSelfCheck } from "#shared/store/self-checks.ts";

import { AppRig } from "../../../tests/rig/app-rig.ts";

test("a run that ended before all was mended says how much the hub goes on with", async () => {
  const rig = await AppRig.create();
  const { table, clock } = rig.hub;
  const counts = { subjects: 9000, opened: 1000, cleared: 0, updated: 0, expected: 0 };
  const nothing = { driftByRule: {}, examples: [], unreadable: 0, unreadableNamed: [] };
  await createDocument(table, selfCheckSpec, {
    ...wantedSelfCheck(clock.now(), "schedule"),
    state: "done",
    result: { ...counts, ...nothing, drift: 1000, remaining: 1100 },
  });
  const { text } = await rig.get("/self-check");
  expect(text.replaceAll(/\s+/gu, " ")).toContain(
    "1,100 more findings differed than there was time for. The hub goes on with them at once.",
  );
  expect((await rig.get("/api/self-check")).body).toMatchObject({
    runs: [{ result: { remaining: 1100 } }],
  });
});
