import { resolve } from "node:path";
import { parseArgs } from "node:util";

export interface Arguments {
  readonly port: number;
  readonly dataDir: string;
  readonly withSample: boolean;
  /** How many ordinary events the sample company has a minute. */
  readonly pacePerMinute: number;
  readonly seed: number;
}

export const usage = `Usage: npm start -- [--port N] [--data DIR] [--no-sample] [--pace N] [--seed N]

  --port N      port on 127.0.0.1 (default 4747; 0 takes any free one)
  --data DIR    where everything is kept (default .data/sample, or .data/hub with --no-sample)
  --no-sample   an empty hub, for your own connections
  --pace N      changes a minute in the sample company (default 12; 0 keeps it still)
  --seed N      which sample company (default 1)`;

/** Reads the command line; a sentence says what is wrong with it. */
export function readArguments(args: readonly string[]): Arguments | { readonly problem: string } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: { type: "string", default: "4747" },
        data: { type: "string" },
        "no-sample": { type: "boolean", default: false },
        pace: { type: "string", default: "12" },
        seed: { type: "string", default: "1" },
      },
    });
    const withSample = !values["no-sample"];
    return {
      port: wholeNumber("--port", values.port, 65_535),
      pacePerMinute: wholeNumber("--pace", values.pace, 6000),
      seed: wholeNumber("--seed", values.seed, 1_000_000),
      withSample,
      dataDir: resolve(values.data ?? (withSample ? ".data/sample" : ".data/hub")),
    };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function wholeNumber(name: string, text: string, max: number): number {
  const value = Number(text);
  if (/^\d+$/u.test(text) && value <= max) return value;
  throw new Error(`${name} takes a whole number from 0 to ${max}, not “${text}”`);
}
