import { describe, expect, test } from "vitest";

import type { Connector, Source } from "#shared/kit/connector.ts";
import type { FactId } from "#shared/model/ids.ts";

import { enumerateAll, fold, pullAll, shortIds } from "./reads.ts";
import type { Candidate } from "./trial.ts";

/** What is missing from a list is gone or hidden, and the source knows which. */
export function presenceContract({ connector, sourceCase, begin }: Candidate): void {
  describe.each(connector.collections)("presence in $name", ({ name }) => {
    test("all that is there is present, and what never was is not", async () => {
      const trial = await begin();
      const source = await trial.open();
      const { facts, unknown } = trial.collection(name);
      const ids = facts.map(trial.id);
      const presence = await source.confirm(name, [...ids, trial.id(unknown)]);
      expect(ids.filter((id) => presence.get(id) !== "present")).toEqual([]);
      expect(presence.get(trial.id(unknown))).toMatch(/^(?:gone|hidden)$/u);
    });

    test.each([
      ["remove", "gone"],
      ["hide", "hidden"],
    ] as const)("%s: what the tool no longer shows is %s", async (deed, expected) => {
      const trial = await begin();
      const done = trial.collection(name)[deed];
      // Tools that cannot do this to a record say so by leaving it out of the case.
      if (!done) return;
      const before = fold(await pullAll(await trial.open(), name));
      const id = trial.id(done.of);
      expect(before.has(id)).toBe(true);
      await done.perform();
      const source = await trial.open();
      const shown = await enumerateAll(source, name);
      const lost = new Set([done.of, ...(done.brings ?? [])].map(trial.id));
      const kept = [...before.keys()].filter((each) => !lost.has(each));
      expect(shortIds(shown)).toEqual(shortIds(kept));
      const held = new Map([...before].map(([each, { record }]) => [each, record]));
      const presence = await source.confirm(name, [...before.keys()], held);
      expect(presence.get(id)).toBe(expected);
      expect(kept.filter((each) => presence.get(each) !== "present")).toEqual([]);
      const read = await source.readByIds(name, [id]);
      expect(fold([read]).has(id)).toBe(false);
    });
  });

  test("addresses of its own facts lead back to them, and others to nothing", async () => {
    const trial = await begin();
    const source = await trial.open();
    const settings = connector.settings.parse(trial.stage.settings(trial.stage.url));
    const connection = { id: trial.connectionId, settings };
    const recognize = (url: string) => connector.recognizeUrl?.(new URL(url), connection);
    const addressed = await addressesOf(source, connector);
    const isReasonNeeded = addressed.length > 0 && connector.recognizeUrl === undefined;
    expect(sourceCase.foreignUrls !== undefined).toBe(isReasonNeeded);
    for (const { url, id } of isReasonNeeded ? [] : addressed) {
      const found = recognize(url);
      const meant =
        typeof found === "object"
          ? (await source.findByKeys?.([found.key]))?.get(found.key)
          : found;
      expect([url, meant]).toEqual([url, id]);
    }
    expect(recognize("https://somebody-else.example/browse/PAY-1")).toBeUndefined();
    expect(await source.findByKeys?.(["NOBODY-1"])).toEqual(source.findByKeys && new Map());
  });

  test("what can be chosen and what is suggested are settings that can be saved", async () => {
    const trial = await begin();
    const source = await trial.open();
    const discovery = await source.discover?.();
    const typed = trial.stage.settings(trial.stage.url);
    for (const { field, options } of discovery?.choices ?? []) {
      const chosen = { ...typed, [field]: options.slice(0, 1).map(({ value }) => value) };
      expect(connector.settings.safeParse(chosen).error).toBeUndefined();
    }
    for (const { field, value } of discovery?.suggestions ?? []) {
      expect(connector.settings.safeParse({ ...typed, [field]: value }).error).toBeUndefined();
    }
  });

  test("a probe says who we are, and asks for nothing twice", async () => {
    const trial = await begin();
    const { identity, gaps, requirements = [] } = await (await trial.open()).probe();
    expect(identity).toMatch(/\S/u);
    expect(gaps).toEqual([]);
    const names = requirements.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
    expect(requirements.filter(({ isHeld, isRequired }) => isRequired && !isHeld)).toEqual([]);
  });
}

/** The facts that say where people see them. */
async function addressesOf(source: Source, { collections }: Connector) {
  const addressed: { readonly url: string; readonly id: FactId }[] = [];
  for (const { name } of collections) {
    for (const { record } of fold(await pullAll(source, name)).values()) {
      if (!("url" in record) || record.url === undefined) continue;
      addressed.push({ url: record.url, id: record.id });
    }
  }
  return addressed;
}
