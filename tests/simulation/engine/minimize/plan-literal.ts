import type { Plan } from "../plan.ts";

/** The plan as TypeScript, a step a line; `npm run fix` does the rest. */
export function planLiteral({ seed, config, steps }: Plan): string {
  return [
    "{",
    `  seed: ${literal(seed)},`,
    `  config: ${literal(config)},`,
    "  steps: [",
    ...steps.map((step) => `    ${literal(step)},`),
    "  ],",
    "}",
  ].join("\n");
}

/** A file of `regressions/`, but for what only who found out can say. */
export function regressionFile(plan: Plan, kind: string): string {
  return [
    'import type { Regression } from "./regression.ts";',
    "",
    "// Say what went wrong here, and list it in index.ts.",
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
  const entries = Object.entries(value).map(([name, one]) => `${keyOf(name)}: ${literal(one)}`);
  return `{ ${entries.join(", ")} }`;
}

function keyOf(name: string): string {
  return /^[a-z_$][\w$]*$/iu.test(name) ? name : JSON.stringify(name);
}
