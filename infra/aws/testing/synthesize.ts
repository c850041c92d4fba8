import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import * as z from "zod";

import { topology } from "../../topology.ts";
import { HubStack, type HubStackProps } from "../hub-stack.ts";

const root = dirname(dirname(dirname(import.meta.dirname)));
const CdkFile = z.looseObject({ context: z.record(z.string(), z.unknown()) });

/** The stack as `cdk synth` makes it, on bundles of one line each in `folder`. */
export function makeStack(folder: string, props: Partial<HubStackProps> = {}): HubStack {
  const cdkFile: unknown = JSON.parse(readFileSync(join(root, "cdk.json"), "utf8"));
  const app = new App({
    outdir: join(folder, "cdk.out"),
    context: CdkFile.parse(cdkFile).context,
  });
  return new HubStack(app, "Hub", {
    stackName: "throughline",
    env: { region: "us-east-1" },
    topology,
    bundleOf: (name) => oneLineBundle(folder, name),
    ...props,
  });
}

function oneLineBundle(folder: string, name: string): string {
  const bundle = join(folder, name);
  mkdirSync(bundle, { recursive: true });
  writeFileSync(join(bundle, "index.mjs"), `export const handler = async () => "${name}";\n`);
  return bundle;
}

export function templateOf(stack: HubStack): unknown {
  return Template.fromStack(stack).toJSON();
}
