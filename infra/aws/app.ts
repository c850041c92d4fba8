import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

import { App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import * as z from "zod";

import { topology } from "../topology.ts";
import { bundlesFolder } from "./bundle.ts";
import { HubStack } from "./hub-stack.ts";

const root = dirname(dirname(import.meta.dirname));

/** What a deployment may choose, as `cdk deploy -c name=value`. */
const Choices = z.strictObject({
  /** Two hubs of one account and region need two names. */
  stackName: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,99}$/u)
    .default("throughline"),
  region: z.string().optional(),
  publicUrl: z.url({ protocol: /^https$/u }).optional(),
  alarmEmail: z.email().optional(),
  logLevel: z.enum(["debug", "info", "warn", "error"]).optional(),
});

const app = new App();
const choices = Choices.parse(
  Object.fromEntries(Object.keys(Choices.shape).map((name) => [name, readContext(name)])),
);
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
new HubStack(app, "Hub", {
  stackName: choices.stackName,
  description: "Throughline: keeps strategy and daily work connected",
  topology,
  bundleOf,
  publicUrl: choices.publicUrl?.replace(/\/$/u, ""),
  alarmEmail: choices.alarmEmail,
  logLevel: choices.logLevel,
  env: {
    ...(process.env["CDK_DEFAULT_ACCOUNT"] !== undefined && {
      account: process.env["CDK_DEFAULT_ACCOUNT"],
    }),
    // A table with a key of its own needs a region in its template, even where nobody is signed in.
    region: choices.region ?? process.env["CDK_DEFAULT_REGION"] ?? "us-east-1",
  },
});
app.synth();

function readContext(name: string): unknown {
  return app.node.tryGetContext(name);
}

function bundleOf(functionName: string): string {
  const folder = join(root, bundlesFolder, functionName);
  if (existsSync(join(folder, "index.mjs"))) return folder;
  throw new Error(`There is no bundle of ${functionName}: run node infra/aws/bundle.ts first`);
}
