import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "vitest";

import { systemClock } from "#shared/adapters/system-clock.ts";

import { openJournal } from "./journal.ts";
import { LocalQueues } from "./queues.ts";

/** Sends as fast as it can, completes every other message, keeps the rest in flight; says on stdout what was acknowledged and what is done. */
const traffic = `
  import { writeSync } from "node:fs";
  import { systemClock } from ${JSON.stringify(import.meta.resolve("#shared/adapters/system-clock.ts"))};
  import { openJournal } from ${JSON.stringify(import.meta.resolve("./journal.ts"))};
  import { LocalQueues } from ${JSON.stringify(import.meta.resolve("./queues.ts"))};
  const [path, round] = process.argv.slice(-2);
  const specs = { work: { visibilityTimeoutSeconds: 60, maxReceiveCount: 100, retentionDays: 1 } };
  const queues = await LocalQueues.open(openJournal(path), systemClock, specs);
  const work = queues.queue("work");
  async function send(lane) {
    for (let n = 0; ; n += 1) {
      const body = round + "-" + lane + "-" + n;
      await work.send(body);
      writeSync(1, "sent " + body + "\\n");
    }
  }
  async function consume() {
    for (;;) {
      const messages = await queues.receive("work", 4);
      const half = messages.filter(({ body }) => Number(body.split("-")[2]) % 2 === 0);
      for (const { body } of half) writeSync(1, "done " + body + "\\n");
      await queues.complete(half);
    }
  }
  for (let lane = 0; lane < 8; lane += 1) void send(lane);
  void consume();
`;

async function runAndKill(path: string, round: number, afterLines: number): Promise<string[]> {
  const child = spawn(
    process.execPath,
    ["--no-warnings", "--input-type=module-typescript", "--eval", traffic, path, String(round)],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    if (output.split("\n").length > afterLines) child.kill("SIGKILL");
  });
  const [, signal] = await once(child, "close");
  expect(signal).toBe("SIGKILL");
  // The last line may be cut off; then nobody was told.
  return output.split("\n").slice(0, -1);
}

test("what was acknowledged survives kill -9 in full traffic, round after round", async () => {
  const folder = mkdtempSync(join(tmpdir(), "throughline-kill-"));
  const path = join(folder, "queues.sqlite");
  const lines: string[] = [];
  for (const [round, afterLines] of [300, 1_000, 2_500].entries()) {
    lines.push(...(await runAndKill(path, round, afterLines)));
  }
  const bodiesOf = (word: string) =>
    lines.filter((line) => line.startsWith(word)).map((line) => line.slice(word.length));
  const sent = bodiesOf("sent ");
  const done = new Set(bodiesOf("done "));

  const journal = openJournal(path);
  const specs = { work: { visibilityTimeoutSeconds: 60, maxReceiveCount: 100, retentionDays: 1 } };
  const queues = await LocalQueues.open(journal, systemClock, specs);
  const left = new Set((await queues.receive("work", 100_000)).map(({ body }) => body));
  expect(journal.database.prepare("PRAGMA integrity_check").get()).toEqual({
    integrity_check: "ok",
  });
  journal.close();
  rmSync(folder, { recursive: true, force: true });

  expect(sent.length).toBeGreaterThan(1_000);
  expect(done.size).toBeGreaterThan(100);
  expect(left.size).toBeGreaterThan(100);
  expect(sent.filter((body) => !done.has(body) && !left.has(body))).toEqual([]);
}, 30_000);
