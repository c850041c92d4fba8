import { afterEach, expect, test } from "vitest";

import type { PulledPage, Reading } from "#shared/kit/connector.ts";
import type { Change } from "#shared/model/change.ts";
import { hourMs } from "#shared/model/time.ts";
import { startRelay } from "#shared/testing/connector-contract/relay.ts";

import type { JiraSeedInput } from "./simulator/seed.ts";
import { smallSite } from "./simulator/small-site.ts";
import { connectJira, idOf } from "./simulator/test-world.ts";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function connect(byConsent: boolean, seed: JiraSeedInput = smallSite) {
  const world = await connectJira({ byConsent, seed });
  cleanups.push(() => world.jira.close());
  const read = async (position?: string) => {
    const pages: PulledPage[] = [];
    for await (const page of world.reopen().pull("accounts", position)) pages.push(page);
    const records = pages.reduce((sum, page) => sum + page.recordsRead, 0);
    const last = pages.at(-1);
    return { records, position: last?.position ?? "", isEnded: last?.isLast };
  };
  return { ...world, read };
}

test("with an API token everybody is read each time, since Jira does not say who changed", async () => {
  const { read } = await connect(false);
  const first = await read();
  expect(await read(first.position)).toMatchObject({ records: 4, isEnded: true });
});

test("with a quota, in which people cost two points, everybody is read four times a day", async () => {
  const { read, clock, asked } = await connect(true);
  const first = await read();
  asked.length = 0;
  clock.advance(hourMs / 2);
  const second = await read(first.position);
  expect([second, asked]).toEqual([{ ...first, records: 0 }, []]);
  clock.advance(6 * hourMs);
  // By then the access token of the test has ended: that it is asked for shows that people are read.
  await expect(read(second.position)).rejects.toThrow("consent");
});

test("a profile that hides its address, which Jira gives as null, hides nobody else", async () => {
  const users = smallSite.users.map((user) =>
    user.accountId === "acc-dana" ? { ...user, hidden: ["emailAddress" as const] } : user,
  );
  const { source } = await connect(false, { ...smallSite, users });
  const accounts: Change[] = [];
  for await (const { changes } of source.pull("accounts", undefined)) accounts.push(...changes);
  const records = accounts.flatMap((each) => (each.kind === "upserted" ? [each.record] : []));
  expect(records.map(({ id }) => id)).toHaveLength(4);
  const dana = records.find(({ id }) => id === idOf("account", "acc-dana"));
  expect(dana).toMatchObject({ displayName: "Dana Ortiz" });
  expect(dana).not.toHaveProperty("workEmail");
});

test("a user who cannot be read is set aside with the reason, and hides nobody else", async () => {
  const { jira, reopen } = await connect(false);
  const relay = await startRelay(jira.url);
  cleanups.push(() => relay.close());
  const odd: Readonly<Record<string, object>> = {
    "acc-dana": { active: "yes" },
    "acc-kim": { accountId: 7 },
  };
  relay.meddle(({ path }, body) =>
    path.endsWith("/users/search")
      ? (body as { accountId: string }[]).map((user) => ({
          ...user,
          ...odd[user.accountId],
        }))
      : body,
  );
  const source = reopen({ baseUrl: relay.url });
  const readings: Reading[] = [];
  for await (const page of source.pull("accounts", undefined)) readings.push(page);
  const dana = idOf("account", "acc-dana");
  const rejected = [
    { record: "user acc-dana", reason: "active invalid_type", id: dana },
    { record: "a user without id", reason: "accountId invalid_type" },
  ];
  expect(readings.flatMap((each) => each.rejected)).toEqual(rejected);
  expect(readings.flatMap(({ changes }) => changes)).toHaveLength(2);
  // An enumeration shows whom it can: nobody is missed for a field that is odd.
  const ids = [];
  for await (const page of source.enumerate("accounts")) ids.push(...page);
  expect([ids.length, ids.includes(dana)]).toEqual([3, true]);
  expect(await source.readByIds("accounts", [dana])).toEqual({
    changes: [],
    rejected: [rejected[0]],
  });
});

test("a run that was interrupted goes on, and one from the far future is refused as expired", async () => {
  const { source, read } = await connect(false);
  const pages = source.pull("accounts", undefined)[Symbol.asyncIterator]();
  const { value } = await pages.next();
  await pages.return?.();
  expect(await read(value?.position)).toMatchObject({ records: 0, isEnded: true });
  const { position } = await read();
  const expired = expect.objectContaining({ code: "connector.cursor-expired" }) as unknown;
  await expect(read(position.replace('"since":"2026', '"since":"2999'))).rejects.toThrow(expired);
});
