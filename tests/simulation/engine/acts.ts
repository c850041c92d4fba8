import { secretName } from "#shared/kit/registry.ts";
import { factId } from "#shared/model/ids.ts";
import { minuteMs } from "#shared/model/time.ts";

import { heat } from "./heat.ts";
import { drain } from "./host/drain.ts";
import { checkSettled } from "./invariants/1-convergence.ts";
import { checkIncremental } from "./invariants/3-incremental.ts";
import { checkSupport } from "./invariants/4-support.ts";
import { checkPoison } from "./invariants/6-poison.ts";
import type { Act, Step } from "./plan.ts";
import { pick, streamOf } from "./random.ts";
import type { Run } from "./run.ts";
import { violated } from "./run.ts";
import { peopleNames } from "./world/company.ts";
import { perform } from "./world/edits.ts";

/** Runs what is due, and says what went wrong for no reason of the plan's. */
export async function settle(run: Run): Promise<void> {
  await run.network.deliver();
  const { unforeseen, isDone } = await drain(run.host);
  for (const { where, error } of unforeseen) {
    violated(run, 9, `${where} failed: ${error instanceof Error ? error.stack : String(error)}`);
  }
  if (!isDone) violated(run, 9, "work that is due makes itself without end");
}

/** Time passes: the clock's function, what the network brings, and everything that it leads to. */
export async function pass(run: Run, minutes: number): Promise<void> {
  run.clock.advance(minutes * minuteMs);
  run.checks += 1;
  // It comes once a minute.
  if (minutes > 0) {
    await run.host.invoke("sweep", undefined);
    await run.host.invoke("notify", { schedule: true });
  }
  await settle(run);
}

/** Whoever changes something in a tool; its webhooks have their chances from the step. */
function edit(
  run: Run,
  act: { readonly tool: "tracker" | "board" | "people"; readonly edit: string },
  key: string,
): void {
  run.network.begin(key);
  perform(run.company, act, streamOf(run.plan.seed, `edit ${key}`), key);
}

export async function takeStep(
  run: Run,
  { id, afterMinutes, isAtOnce = false, act }: Step,
): Promise<void> {
  run.step = id;
  run.host.trace(`step ${id} ${act.kind}`);
  if (!isAtOnce) await pass(run, afterMinutes);
  // The entry of its own kind takes it: `CarryOut` says so of each.
  await (carryOut[act.kind] as (run: Run, id: string, act: Act) => unknown)(run, id, act);
}

type ActOf<K extends Act["kind"]> = Act extends infer A
  ? A extends { readonly kind: infer Kind }
    ? K extends Kind
      ? A & { readonly kind: K }
      : never
    : never
  : never;
type CarryOut = { readonly [K in Act["kind"]]: (run: Run, id: string, act: ActOf<K>) => unknown };

const carryOut: CarryOut = {
  edit: (run, id, act) => {
    edit(run, act, id);
    run.met.add(`edit ${act.edit}`);
  },
  api: ({ company }, _id, act) => company.sites[act.tool].api.arm(act.fault, act.skip, act.times),
  overtake: (run, id, act) => {
    run.company.sites[act.tool].api.onTheWay = async () => {
      run.met.add("answer overtaken");
      edit(run, act, id);
      await run.network.deliver();
      const { unforeseen } = await drain(run.host);
      for (const { where, error } of unforeseen) violated(run, 9, `${where}: ${String(error)}`);
    };
  },
  mishap: ({ host }, _id, { what, when, at, times, on, function: name }) =>
    host.arm(name, { kind: what, when, at, times, on }),
  "half-batch": ({ host }, _id, { function: name, isFirst, times }) =>
    host.armHalf(name, isFirst, times),
  "hot-key": heat,
  meanwhile: (run, id, act) =>
    run.host.arm(act.function, {
      kind: "meanwhile",
      when: "before",
      at: act.at,
      times: 1,
      on: act.on,
      act: async () => {
        edit(run, act, id);
        await settle(run);
      },
    }),
  outage: (run, _id, act) => stand(run, act.tool, act.kind),
  revoke: (run, _id, act) => stand(run, act.tool, act.kind),
  heal: (run, _id, act) => stand(run, act.tool, act.kind),
  expire: ({ company }, _id, act) => company.sites[act.tool].expire(act.which),
  redeliver: ({ host, met }, _id, act) =>
    met.add("stream redelivered", host.stream.redeliver(act.count)),
  gap: ({ host }, _id, { reader, count }) => host.stream.loseNext(reader, count),
  "bus-down": ({ host }) => {
    host.isBusDown = true;
  },
  "target-down": ({ host }, _id, act) => host.down.add(act.target),
  up: bringUp,
  "channel-retry": (run, _id, act) => armChannel(run, act.times),
  rotate,
  erase,
  garbage: (run, id, act) =>
    run.network.garbage(run.company.sites[act.tool], `${id}!`, garbage(run, id)),
  check,
  rest: (run, _id, act) => rest(run, act.minutes),
};

function stand(
  run: Run,
  tool: "tracker" | "board" | "people",
  kind: "outage" | "revoke" | "heal",
): void {
  const { api } = run.company.sites[tool];
  api.standing = kind === "heal" ? undefined : kind === "revoke" ? "revoked" : "outage";
  if (kind === "heal") run.troubled.delete(tool);
  else run.troubled.add(tool);
}

export function bringUp({ host }: Run): void {
  host.isBusDown = false;
  host.down.clear();
}

function armChannel({ company: { channel }, met }: Run, times: number): void {
  let left = times;
  channel.answer = () => {
    if (left <= 0) return undefined;
    left -= 1;
    met.add("channel asked to wait");
    return { outcome: "retry", afterMs: 1000, reason: "busy" };
  };
}

/** The admin has the tool sign with another secret, then tells the hub. */
function rotate({ network, host, company, met }: Run): void {
  const { spec } = company.sites.people.tool;
  network.handSecret = `${network.handSecret}+`;
  const name = secretName(spec.connectionId);
  const before = host.ground.vault.values.get(name) ?? {};
  host.ground.vault.values.set(name, { ...before, webhookSecret: network.handSecret });
  met.add("secret rotated");
}

async function erase(run: Run, id: string): Promise<void> {
  const { spec, records } = run.company.sites.people.tool;
  const employed = peopleNames.filter((name) => records.has(name));
  const native = pick(streamOf(run.plan.seed, `erase ${id}`), employed) ?? "ann";
  const personId = factId("person", spec.name, spec.connectionId, native);
  const stored = await run.host.table.get({ pk: personId, sk: "0" });
  // Nothing can be known of who was never read.
  if (!stored) return;
  // With somebody goes every address that was theirs, of whomever it may have been before.
  const known = JSON.stringify([stored["workEmail"] ?? "", stored["formerWorkEmails"] ?? []]);
  for (const name of peopleNames) {
    if (name === native || known.includes(`${name}@`)) run.erased.add(name);
  }
  run.met.add("person erased");
  await run.host.pulls.send(JSON.stringify({ kind: "erase", personId }));
}

const garbages = [
  '{"events":"none"}',
  '{"__proto__":{"events":[]}}',
  `{"events":[{"id":${"[".repeat(500)}${"]".repeat(500)}}]}`,
  '{"events":[{"id":"I1","collection":"issues","action":"changed","at":0,"record":{"id":7}}]}',
] as const;

function garbage(run: Run, id: string): string {
  run.met.add("delivery of garbage");
  return pick(streamOf(run.plan.seed, `garbage ${id}`), garbages) ?? "{}";
}

async function check(run: Run): Promise<void> {
  await settle(run);
  await checkIncremental(run);
  await checkSupport(run);
}

/** Where detect lost records of the stream: what the clock compares by the hour. */
async function closeGap({ host, lost }: Run): Promise<void> {
  host.stream.keepAll();
  if (!lost.has("detect")) return;
  const { ok } = await host.invoke("detect", { schedule: true });
  if (ok) lost.delete("detect");
}

/** The minute of the hour at which telling looks for what it never heard of, and how old that must be. */
const [tellingNetAt, heardWithin] = [7, 10] as const;

/** The same for both readers, each after what it rests on. */
export async function closeGaps(run: Run): Promise<void> {
  const { clock, host, lost } = run;
  await closeGap(run);
  await settle(run);
  if (!lost.delete("relay")) return;
  await host.invoke("alert", { "detail-type": "Scheduled Event" });
  await settle(run);
  const minute = Math.floor(clock.nowMs() / minuteMs) % 60;
  const wait = (tellingNetAt - minute + 60) % 60;
  await pass(run, wait > heardWithin ? wait : wait + 60);
}

/** How a rest of any length is passed: what waits for a second look has it, then with longer breaks. */
const pauses = [34, 66] as const;

/** Until the end of the rest nothing new goes wrong; what stands, stands. */
async function rest(run: Run, minutes: number): Promise<void> {
  for (const site of Object.values(run.company.sites)) site.api.disarm();
  run.host.disarm();
  let left = minutes;
  for (const pause of pauses) {
    left -= pause;
    await pass(run, pause);
  }
  while (left > 0) {
    const pause = Math.min(left, 12 * 60);
    left -= pause;
    await pass(run, pause);
    await pass(run, 2);
    await pass(run, 12);
  }
  await closeGap(run);
  await check(run);
  await checkSettled(run, 75);
  await checkPoison(run, 95);
}
