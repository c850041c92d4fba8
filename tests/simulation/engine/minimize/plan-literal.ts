import type { Plan, PlanConfig } from "../plan.ts";
import { calm } from "../regressions/calm.ts";

/** The plan as TypeScript, a step a line, its config as what differs from `calm`. */
export function planLiteral({ seed, config, steps }: Plan): string {
  return [
    "{",
    `  seed: ${literal(seed)},`,
    `  config: ${configLiteral(config)},`,
    "  steps: [",
    ...steps.map((step) => `    ${literal(step)},`),
    "  ],",
    "}",
  ].join("\n");
}

function configLiteral(config: PlanConfig): string {
  const usual: Readonly<Record<string, unknown>> = { ...calm };
  const unusual = Object.entries(config).filter(
    ([name, value]) => literal(value) !== literal(usual[name]),
  );
  if (unusual.length === 0) return "calm";
  const parts = unusual.map(([name, value]) => `${keyOf(name)}: ${literal(value)}`);
  return `{ ...calm, ${parts.join(", ")} }`;
}

/** A file of `regressions/`, but for what only who found out can say; `npm run fix` sets its lines. */
export function regressionFile(plan: Plan, kind: string): string {
  return [
    'import { calm } from "./calm.ts";',
    'import type { Regression } from "./regression.ts";',
    "",
    "// Say what went wrong here, and list it in kept.ts.",
    `export const seed${plan.seed}: Regression = {`,
    `  name: ${JSON.stringify(`seed ${plan.seed}`)},`,
    `  found: ${JSON.stringify(kind)},`,
    '  mendedBy: "",',
    `  plan: ${planLiteral(plan).replaceAll("\n", "\n  ")},`,
    "};",
  ].join("\n");
}

function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .map(([name, one]) => `${keyOf(name)}: ${literal(one)}`);
  return `{ ${entries.join(", ")} }`;
}

function keyOf(name: string): string {
  return /^[a-z_$][\w$]*$/iu.test(name) ? name : JSON.stringify(name);
}
