import { expect, test } from "vitest";

import { csv } from "#connectors/csv/connector.ts";
import { PreviewAnswer } from "#functions/app/org/preview-answers.ts";
import { UploadAnswer } from "#functions/app/uploads/upload-answers.ts";
import { pull } from "#functions/pull/pull.ts";
import { Registry } from "#shared/kit/registry.ts";
import {
  account,
  accountId,
  blockedBy,
  goal,
  goalId,
  itemId,
  upserted,
  workItem,
} from "#shared/testing/facts.ts";

import { AppRig } from "./app-rig.ts";

const header = "Personalnummer;Vorname;Nachname;E-Mail;Vorgesetzter;Abteilung";
const rows = {
  mia: "1;Mia;Sommer;mia@company.example;;Technik",
  noah: "2;Noah;Winter;noah@company.example;1;Technik",
  ida: "3;Ida;Herbst;ida@company.example;1;Technik",
  ben: "4;Ben;Lenz;ben@company.example;;Vertrieb",
};

async function upload(rig: AppRig, ...lines: readonly string[]): Promise<UploadAnswer> {
  const content = [header, ...lines].join("\r\n");
  const json = { kind: "people", content, fileName: "people.csv" };
  const { status, body } = await rig.send("POST", "/api/uploads", { json });
  expect([status, body]).toMatchObject([201, { problemCount: 0 }]);
  return UploadAnswer.parse(body);
}

async function apply(rig: AppRig, { id }: UploadAnswer): Promise<void> {
  rig.hub.clock.advance(60_000);
  const json = { acceptsVanishing: true };
  const { status, body } = await rig.send("POST", `/api/uploads/${id}/apply`, { json });
  expect([status, body]).toMatchObject([expect.any(Number), {}]);
  for (const message of rig.messages) await pull(rig.deps, message);
  rig.pulls.sent.length = 0;
  await rig.hub.settle();
  rig.hub.clock.advance(60_000);
}

test("a file tells what it would do before it is applied, and does just that", async () => {
  const { connectors } = (await AppRig.create()).deps.registry;
  const rig = await AppRig.create({ registry: new Registry([csv, ...connectors]) });
  for (const { name } of rig.deps.rules) await rig.hub.setRule(name);
  await apply(rig, await upload(rig, rows.mia, rows.noah, rows.ida, rows.ben));
  await rig.hub.apply(
    ...["noah", "ida"].map((name) => upserted(account(name))),
    upserted(goal("g", { ownerId: accountId("ida") })),
    upserted(workItem("b", { assigneeId: accountId("noah") })),
    upserted(workItem("a", { assigneeId: accountId("ida") }), [
      blockedBy(itemId("a"), itemId("b")),
    ]),
  );
  const crossings = async () =>
    (await rig.hub.openSignals()).filter(({ rule }) => rule === "blocked-across-boundary").length;
  expect(await crossings()).toBe(0);

  const moved = rows.noah.replace(";1;Technik", ";4;Vertrieb");
  const next = await upload(rig, rows.mia, moved, rows.ida, rows.ben);
  const { body } = await rig.get(`/api/uploads/${next.id}/reorg`);
  const preview = PreviewAnswer.parse(body);
  expect(preview).toMatchObject({
    goals: { total: 0 },
    dependencies: { total: 1, changes: [{ change: "becomes-cross-team" }] },
    leavers: [],
  });
  expect(preview.alerts.changes.filter(({ change }) => change === "opens")).toHaveLength(1);
  expect((await rig.get(`/uploads/${next.id}`)).text).toContain(`/uploads/${next.id}/reorg`);
  const page = await rig.get(`/uploads/${next.id}/reorg`);
  expect(page.text).toContain("What this file would do");
  expect(await crossings()).toBe(0);

  await apply(rig, next);
  expect(await crossings()).toBe(1);

  // Ida is in no file any more: her goal loses its owner, and her work wants a successor.
  const without = await upload(rig, rows.mia, moved, rows.ben);
  const last = PreviewAnswer.parse((await rig.get(`/api/uploads/${without.id}/reorg`)).body);
  expect(last).toMatchObject({
    goals: { changes: [{ id: goalId("g"), change: "loses-owner" }] },
    leavers: [{ work: [{ id: itemId("a"), because: "manager" }] }],
  });
  expect(last.alerts.changes.filter(({ change }) => change === "clears")).toHaveLength(1);
  await apply(rig, without);
  expect(await crossings()).toBe(0);
});
