import { expect, test } from "vitest";

import { HubError } from "#shared/errors.ts";
import type { Absences } from "#shared/model/absence.ts";
import type { PersonId } from "#shared/model/ids.ts";
import type { PullMessage } from "#shared/model/pull.ts";
import { CalendarDate } from "#shared/model/time.ts";
import { readAbsences } from "#shared/store/absences.ts";
import { listGaps } from "#shared/store/connection-parts.ts";
import { personId, workConnection } from "#shared/testing/facts.ts";

import { ToolHub } from "../../tests/rig/tool-hub.ts";
import { pull } from "./pull.ts";

const absences: PullMessage = { kind: "absences", connectionId: workConnection };
const days = [{ from: CalendarDate.parse("2026-03-02"), to: CalendarDate.parse("2026-03-06") }];
const away = (...people: readonly PersonId[]): Absences => new Map(people.map((id) => [id, days]));
const many = Array.from({ length: 501 }, (_, at) => personId(`p${at}`));

async function hub() {
  const rig = await ToolHub.connected();
  const told = (answer: () => Promise<Absences | undefined>) => {
    rig.tool.absences = answer;
  };
  const known = () => readAbsences(rig.hub.table, [workConnection]);
  return { rig, told, known };
}

test("what the source tells takes the place of what it told before, and is written once", async () => {
  const { rig, told, known } = await hub();
  told(async () => away(...many));
  await pull(rig.deps, absences);
  expect((await known()).size).toBe(501);
  await pull(rig.deps, absences);
  told(async () => away(personId("p7")));
  await pull(rig.deps, absences);
  expect(await known()).toEqual(away(personId("p7")));
  const written = rig.hub.logs.flatMap(({ event, fields }) =>
    event === "pull.absences" ? fields["written"] : [],
  );
  expect(written).toEqual([2, 0, 2]);
});

test("a source that may not tell is a gap in what is seen, until it does", async () => {
  const { rig, told, known } = await hub();
  told(async () => undefined);
  await pull(rig.deps, absences);
  await pull(rig.deps, absences);
  expect(await listGaps(rig.hub.table, workConnection)).toMatchObject([{ what: "Who is away" }]);
  told(async () => away(personId("p")));
  await pull(rig.deps, absences);
  expect(await listGaps(rig.hub.table, workConnection)).toEqual([]);
  expect((await known()).size).toBe(1);
});

test("a reading that fails takes away nothing, and is no problem of the connection", async () => {
  const { rig, told, known } = await hub();
  told(async () => away(personId("p")));
  await pull(rig.deps, absences);
  told(() => Promise.reject(new HubError("connector.unavailable", "down")));
  await pull(rig.deps, absences);
  expect((await known()).size).toBe(1);
  expect(await listGaps(rig.hub.table, workConnection)).toEqual([]);
});

test("whoever was erased is not told of again, and leaves nothing in what is kept of the others", async () => {
  const { rig, told, known } = await hub();
  told(async () => away(personId("ann"), personId("bob")));
  await pull(rig.deps, absences);
  await pull(rig.deps, { kind: "erase", personId: personId("ann") });
  expect(await known()).toEqual(away(personId("bob")));
  await pull(rig.deps, absences);
  expect(await known()).toEqual(away(personId("bob")));
});
