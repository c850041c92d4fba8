import { systemClock } from "#shared/adapters/system-clock.ts";

import { readArguments, usage } from "./arguments.ts";
import type { Arguments } from "./arguments.ts";
import { startLocalHub } from "./local-hub.ts";
import { createLogger, logLevels } from "./logger.ts";
import { connectSample } from "./sample/connect-sample.ts";
import { startSampleCompany } from "./sample/start.ts";

/** `npm start`: the whole hub on this machine. The URL alone on a line of stdout says that it is ready. */
async function main(given: Arguments): Promise<void> {
  const level = logLevels.find((known) => known === process.env["LOG_LEVEL"]) ?? "warn";
  const logger = createLogger({
    clock: systemClock,
    level,
    format: process.stderr.isTTY ? "pretty" : "json",
    write: (line) => process.stderr.write(`${line}\n`),
  });
  const { dataDir, port, seed, pacePerMinute } = given;
  const endpoint = process.env["DYNAMODB_ENDPOINT"];
  const hub = await startLocalHub({
    dataDir,
    port,
    clock: systemClock,
    logger,
    ...(endpoint !== undefined && { dynamoEndpoint: endpoint }),
  });
  const closers = [() => hub.close()];
  const stop = onceOnly(async () => {
    for (const close of closers.toReversed()) await close();
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void stop().then(() => process.exit(0)));
  }
  if (given.withSample) {
    const options = { dataDir, seed, pacePerMinute, clock: systemClock, logger };
    const company = await startSampleCompany(options);
    closers.push(() => company.close());
    await connectSample({ hubUrl: hub.url, company });
    say(`The sample company is connected; its tools can be used by hand:`);
    for (const { name, url } of company.tools) say(`  ${name.padEnd(10)} ${url}`);
  }
  say("Throughline is ready:");
  process.stdout.write(`${hub.url}\n`);
}

/** For people; stdout holds the URL and nothing else, so that a script can read it. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function onceOnly(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= work());
}

const given = readArguments(process.argv.slice(2));
if ("problem" in given) {
  say(`${given.problem}\n\n${usage}`);
  process.exitCode = 2;
} else {
  try {
    await main(given);
  } catch (error) {
    // What stops a start is nearly always something that the user can mend; the sentence says what.
    say(`Throughline could not start: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
}
