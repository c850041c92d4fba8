import { minuteMs } from "#shared/model/time.ts";
import type { Item } from "#shared/ports/table.ts";
import { readDocument } from "#shared/store/documents.ts";
import type { DocumentSpec } from "#shared/store/documents.ts";
import { lists } from "#shared/store/keys.ts";
import { SetAside } from "#shared/store/set-aside.ts";
import { dispatchSpec, mailboxSpec, rungSpec } from "#shared/store/specs.ts";

import { reportBaselines } from "./baseline.ts";
import { appointBriefs } from "./brief.ts";
import { climb } from "./climb.ts";
import { demoteRules } from "./demote-rules.ts";
import { alignForgotten } from "./forgotten.ts";
import { hastenCritical } from "./graver.ts";
import { packFor } from "./pack.ts";
import type { Round } from "./round.ts";
import { workDispatch } from "./work-dispatch.ts";

/** What is due is done for so long; the rest is for the next minute. Less than the function may run. */
const workMsMax = 18_000;
const dayMinutes = 24 * 60;
/** Minutes of the hour and of the day (UTC) at which what comes by the hour and the day is done. */
const hourlyAt = 7;
const dailyAt = 3 * 60 + 37;

/** What only the passing of time brings about: everything here finds what is due by itself, and may be repeated. */
export async function tick(round: Round): Promise<void> {
  const minute = Math.floor(round.deps.clock.nowMs() / minuteMs);
  const work = new Work(round);
  if (minute % 60 === hourlyAt) {
    await work.run(() => alignForgotten(round));
    await work.run(() => hastenCritical(round));
    await work.run(() => appointBriefs(round));
  }
  if (minute % dayMinutes === dailyAt) await work.run(() => demoteRules(round));
  await work.run(() => reportBaselines(round));
  await work.each(rungSpec, lists.dueRungs, async (rung) => void (await climb(round, rung)));
  await work.each(dispatchSpec, lists.dueDispatches, ({ id }) => workDispatch(round, id));
  await work.each(mailboxSpec, lists.dueMailboxes, ({ recipient }) => packFor(round, recipient));
  work.finish();
}

const pageSize = 50;

/** Work of one tick: what fails does not keep the rest from being done, and is said at the end. */
class Work {
  readonly #round: Round;
  readonly #endMs: number;
  #failure: { readonly error: unknown } | undefined;

  constructor(round: Round) {
    this.#round = round;
    this.#endMs = round.deps.clock.nowMs() + workMsMax;
  }

  async run(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#failure ??= { error };
    }
  }

  /** Each thing of a list that is due, the longest due first; every one once. */
  async each<T extends { readonly revision: number }>(
    spec: DocumentSpec<T>,
    list: string,
    work: (one: T) => Promise<void>,
  ): Promise<void> {
    const { clock, table } = this.#round.deps;
    const setAside = new SetAside();
    let after: string | undefined;
    do {
      const request = { index: "list", partition: list, limit: pageSize } as const;
      const page = await table.query({ ...request, ...(after !== undefined && { after }) });
      const dueItems = page.items.filter(
        ({ dueAt }) => typeof dueAt !== "string" || dueAt <= this.#round.now,
      );
      const due = dueItems.flatMap((item) => this.#read(spec, item, setAside));
      for (const one of due) {
        if (clock.nowMs() > this.#endMs) return;
        await this.run(() => work(one));
      }
      after = dueItems.length === page.items.length ? page.next : undefined;
    } while (after !== undefined);
  }

  #read<T extends { readonly revision: number }>(
    spec: DocumentSpec<T>,
    item: Item,
    setAside: SetAside,
  ): readonly T[] {
    const read = setAside.read(item, (one) => readDocument(spec, one));
    return read === undefined ? [] : [read];
  }

  finish(): void {
    if (this.#failure) throw this.#failure.error;
  }
}
